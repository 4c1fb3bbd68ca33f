/** The visits that a session holds. Epoch milliseconds. */
export interface Visits {
  /** The exact time when the session began. */
  readonly firstVisit: number
  /** The time of the last use, rounded down to the grain; only present where there is an idle limit. */
  readonly lastVisit?: number
}

/** The limits of every session, in milliseconds; false for none. */
export interface VisitLimits {
  readonly idleTimeout: number | false
  readonly absoluteTimeout: number | false
}

const MINUTE_MS = 60_000

/** The maximum difference between the clocks of two servers. A visit further in the future is invalid. */
const AHEAD_MS = 5 * MINUTE_MS

/** The precision of the last visit: another visit within the same grain needs no write. */
function grainOf(idleTimeout: number): number {
  return idleTimeout > 10 * MINUTE_MS ? 5 * MINUTE_MS : 10_000
}

/** The visits under our key. Invalid values count as missing. */
export function readVisits(kept: unknown): Partial<Visits> {
  if (typeof kept !== 'object' || kept === null) return {}
  const { firstVisit, lastVisit } = kept as Record<keyof Visits, unknown>
  return {
    ...(Number.isFinite(firstVisit) && { firstVisit: firstVisit as number }),
    ...(Number.isFinite(lastVisit) && { lastVisit: lastVisit as number }),
  }
}

/** The reason why a session has expired, or undefined. A session without visits cannot expire. */
export function reasonOver(
  { idleTimeout, absoluteTimeout }: VisitLimits,
  { firstVisit, lastVisit }: Partial<Visits>,
  now: number,
): 'absolute' | 'idle' | undefined {
  if (absoluteTimeout !== false && !isWithin(firstVisit, absoluteTimeout, now)) return 'absolute'
  // The visit was at any time in its grain. Counting from the end of the grain signs out no user early.
  if (idleTimeout !== false && !isWithin(lastVisit, idleTimeout + grainOf(idleTimeout), now)) return 'idle'
  return undefined
}

function isWithin(visit: number | undefined, timeout: number, now: number): boolean {
  return visit === undefined || (now < visit + timeout && visit <= now + AHEAD_MS)
}

/** The visits with this one added, or undefined if they include it already. */
export function withVisit(
  { idleTimeout }: VisitLimits,
  { firstVisit, lastVisit }: Partial<Visits>,
  now: number,
): Visits | undefined {
  const lastGrain = idleTimeout === false ? undefined : Math.floor(now / grainOf(idleTimeout)) * grainOf(idleTimeout)
  const isNoted = lastGrain === undefined || (lastVisit !== undefined && lastVisit >= lastGrain)
  if (firstVisit !== undefined && isNoted) return undefined
  return { firstVisit: firstVisit ?? now, ...(lastGrain !== undefined && { lastVisit: lastGrain }) }
}
