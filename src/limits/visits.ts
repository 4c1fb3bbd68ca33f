/** What a session keeps about its visits. Epoch milliseconds. */
export interface Visits {
  /** When the session began, exactly. */
  readonly firstVisit: number
  /** When it was used last, rounded down to the grain; only kept where there is an idle limit. */
  readonly lastVisit?: number
}

/** The limits of every session, in milliseconds; false for none. */
export interface VisitLimits {
  readonly idleTimeout: number | false
  readonly absoluteTimeout: number | false
}

const MINUTE_MS = 60_000

/** So far the clocks of two servers may differ. A visit that lies further ahead tells nothing, and so grants nothing. */
const AHEAD_MS = 5 * MINUTE_MS

/** How finely the last visit is kept: as long as a new one falls into the same grain, nothing has to be written. */
export function grainOf(idleTimeout: number): number {
  return idleTimeout > 10 * MINUTE_MS ? 5 * MINUTE_MS : 10_000
}

/** What a session has under our key, as far as it makes sense: what does not counts as never having been there. */
export function readVisits(kept: unknown): Partial<Visits> {
  if (typeof kept !== 'object' || kept === null) return {}
  const { firstVisit, lastVisit } = kept as Record<keyof Visits, unknown>
  return {
    ...(Number.isFinite(firstVisit) && { firstVisit: firstVisit as number }),
    ...(Number.isFinite(lastVisit) && { lastVisit: lastVisit as number }),
  }
}

/** Why a session has expired or ended, or undefined. A session without visits cannot expire. */
export function reasonOver(
  { idleTimeout, absoluteTimeout }: VisitLimits,
  { firstVisit, lastVisit }: Partial<Visits>,
  now: number,
): 'absolute' | 'idle' | undefined {
  if (absoluteTimeout !== false && !isWithin(firstVisit, absoluteTimeout, now)) return 'absolute'
  // The visit was anywhere in its grain. Counted from the grain's end, nobody is sent away early.
  if (idleTimeout !== false && !isWithin(lastVisit, idleTimeout + grainOf(idleTimeout), now)) return 'idle'
  return undefined
}

function isWithin(visit: number | undefined, timeout: number, now: number): boolean {
  return visit === undefined || (now < visit + timeout && visit <= now + AHEAD_MS)
}

/** The visits with this one, or undefined when they tell of it already. */
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
