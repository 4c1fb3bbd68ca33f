const DAY_MS = 86_400_000

/** The dates that a cookie's `Expires` supports, epoch milliseconds. @see RFC 6265, section 5.1.1: 1601 to 9999 */
const EARLIEST = Date.UTC(1601, 0)
const LATEST = Date.UTC(10_000, 0) - 1

/** The longest `maxAge`, in milliseconds: a thousand years. Its date stays valid for thousands of years more. */
export const LONGEST_MAX_AGE = 1_000 * 365 * DAY_MS

/** Whether a cookie supports this date, epoch milliseconds. */
export function isCookieDate(time: unknown): boolean {
  return typeof time === 'number' && time >= EARLIEST && time <= LATEST
}

/** The nearest `maxAge`, in milliseconds, that a cookie supports. */
export const nearestMaxAge = (maxAge: number) => Math.min(maxAge, LONGEST_MAX_AGE)

/** The nearest date, epoch milliseconds, that a cookie supports. */
export const nearestDate = (time: number) => Math.min(Math.max(time, EARLIEST), LATEST)
