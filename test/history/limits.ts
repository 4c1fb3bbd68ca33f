const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/**
 * The limits of all sessions of a history, in milliseconds of its own clock. Rows are trimmed an hour or two after they
 * are over: a session lives long enough to see what its ids of before left behind go.
 */
export const limits = {
  idleTimeout: 4 * HOUR_MS,
  absoluteTimeout: 12 * HOUR_MS,
  touchInterval: 5 * MINUTE_MS,
  rotationOverlap: 10 * MINUTE_MS,
}

/** What the clock advances by at most while others act. */
export const LONGEST_WAIT = 5 * MINUTE_MS
/** The same where nobody must be kept for so long by others. */
export const SHORT_WAIT = 2_000

/** Time that passes between scenes: often none, or until rows may be trimmed, or past one of the limits. */
export const LEAPS = [
  0,
  0,
  0,
  0,
  limits.rotationOverlap,
  limits.idleTimeout / 2,
  limits.idleTimeout / 2,
  3 * HOUR_MS,
  limits.idleTimeout + 1,
  limits.absoluteTimeout + 1,
]
