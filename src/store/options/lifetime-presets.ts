/** An authenticator assurance level: how sure a sign-in made of who signed in. */
export type AssuranceLevel = 'aal1' | 'aal2' | 'aal3'

/** What no session may exceed, in milliseconds. */
export interface Ceilings {
  /** A session that is unused for this long expires, whatever its cookie says. */
  readonly idle: number
  /** A session expires at this age. */
  readonly age: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** No ceilings at all: the options alone say how long sessions live. */
export const NO_CEILINGS: Ceilings = { idle: Number.POSITIVE_INFINITY, age: Number.POSITIVE_INFINITY }

/**
 * The timeouts that NIST sets for the sessions of each level: an overall timeout of no more than 30 days, 24 hours and
 * 12 hours, and an inactivity timeout of no more than 1 hour and 15 minutes; at AAL1 that one is optional. NIST requires
 * the 12 hours and recommends the others; here all are held.
 *
 * @see NIST SP 800-63B-4 (2025), sections 2.1.3, 2.2.3 and 2.3.3
 */
export const CEILINGS: Record<AssuranceLevel, Ceilings> = {
  aal1: { idle: Number.POSITIVE_INFINITY, age: 30 * DAY_MS },
  aal2: { idle: HOUR_MS, age: 24 * HOUR_MS },
  aal3: { idle: 15 * MINUTE_MS, age: 12 * HOUR_MS },
}
