/**
 * An authenticator assurance level: how strongly a sign-in proves the identity of the user.
 *
 * @see NIST SP 800-63B-4 (2025), section 2
 */
export type AssuranceLevel = 'aal1' | 'aal2' | 'aal3'

/** The upper limits of every session, in milliseconds. */
export interface Ceilings {
  /** A session that is unused for this long expires, whatever its cookie says. */
  readonly idle: number
  /** A session expires at this age. */
  readonly age: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** No upper limits: the options alone decide how long sessions live. */
export const NO_CEILINGS: Ceilings = { idle: Number.POSITIVE_INFINITY, age: Number.POSITIVE_INFINITY }

/**
 * The timeouts that NIST sets for the sessions of each level. The overall timeout is at most 30 days at AAL1, 24 hours
 * at AAL2 and 12 hours at AAL3. The inactivity timeout is optional at AAL1, at most 1 hour at AAL2, and at most 15
 * minutes at AAL3. NIST requires the 12 hours and recommends the other timeouts; the store enforces all of them.
 *
 * @see NIST SP 800-63B-4 (2025), sections 2.1.3, 2.2.3 and 2.3.3
 */
export const CEILINGS: Record<AssuranceLevel, Ceilings> = {
  aal1: { idle: Number.POSITIVE_INFINITY, age: 30 * DAY_MS },
  aal2: { idle: HOUR_MS, age: 24 * HOUR_MS },
  aal3: { idle: 15 * MINUTE_MS, age: 12 * HOUR_MS },
}
