/** What a day of visitors looks like, and how sessions are configured. Times are in milliseconds. */
export interface Assumptions {
  readonly users: number
  /** Share of the users who come on one day. The others do nothing. */
  readonly activeShare: number
  /** Visits a day of somebody who comes: a Poisson process that follows the curve of the day, at rest during a visit. */
  readonly visits: number
  /** Requests of a visit in the mean, the first one included; geometrically distributed. */
  readonly requests: number
  /** Time between two requests of a visit in the mean; exponentially distributed. */
  readonly pause: number
  /** Share of the requests behind the first one of a visit that change the session. */
  readonly writingShare: number
  /** Share of the visits that end with signing out, which is one more request. */
  readonly logoutShare: number
  /** How many times the mean of the day the busiest moment has. The curve is a cosine, so that nobody has more than 2. */
  readonly peakFactor: number
  /** When that moment is, from midnight. */
  readonly peakAt: number
  readonly idleTimeout: number
  readonly touchInterval: number
  readonly trimInterval: number
  readonly trimGrace: number
  readonly trimBatch: number
}

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The options of sessions are those that the plugin has when nothing is set. */
export const usual: Assumptions = {
  users: 1_000_000,
  activeShare: 0.2,
  visits: 2,
  requests: 25,
  pause: 30 * SECOND,
  writingShare: 0.1,
  logoutShare: 0.1,
  peakFactor: 1.8,
  peakAt: 20 * HOUR,
  idleTimeout: 2 * HOUR,
  touchInterval: MINUTE,
  trimInterval: 15 * MINUTE,
  trimGrace: HOUR,
  trimBatch: 500,
}

/** Visits that somebody who comes begins in a millisecond, at a time from midnight. */
export function visitRate({ visits, peakFactor, peakAt }: Assumptions, time: number): number {
  return (visits / DAY) * (1 + (peakFactor - 1) * Math.cos((2 * Math.PI * (time - peakAt)) / DAY))
}

/** When a row may be deleted, by when its session is over. */
export function trimTime({ trimGrace }: Assumptions, end: number): number {
  return Math.ceil(end / HOUR) * HOUR + trimGrace
}

/** The first round of trimming at a time or behind it; rounds are in the middle of their intervals. */
export function nextRound({ trimInterval }: Assumptions, time: number): number {
  const first = trimInterval / 2
  return first + Math.ceil((time - first) / trimInterval) * trimInterval
}

/** So long before the day it has to begin, for its first rows to be those of a day like any other: longer than they stay. */
export function warmUp({ idleTimeout, trimGrace, trimInterval }: Assumptions): number {
  return Math.ceil((idleTimeout + trimGrace + trimInterval + 4 * HOUR) / HOUR) * HOUR
}
