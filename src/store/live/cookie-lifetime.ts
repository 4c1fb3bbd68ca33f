import { isCookieDate } from '../../payload/cookie-dates.ts'
import { type CookieLifetime, type LiveCookie, type LiveSession, noteOf } from './live-session.ts'
import { notes } from './private-notes.ts'

export type { CookieLifetime } from './live-session.ts'

/** In longer requests, a date of the host counts as a date that the application chose. */
const LONGEST_REQUEST_MS = 60 * 60 * 1000

/** Notes when `reload()` loaded a session, because our hooks do not see that. */
export function noteLoading(session: LiveSession, at: number): void {
  if (session.cookie && !beginningOf(session))
    noteOf(session).beginning = { cookie: session.cookie, at, expires: undefined }
}

/** Notes a cookie that has no note yet, such as the cookie of the new session of a `regenerate()`. */
export function noteFirst(session: LiveSession): void {
  if (!beginningOf(session)) noteCookie(session)
}

/** Notes when a request began, and the date that the host gave the cookie. */
export function noteCookie(session: LiveSession): void {
  const { cookie } = session
  if (cookie) noteOf(session).beginning = { cookie, at: Date.now(), expires: cookie.expires }
}

// The host gives a cookie with a maxAge its own date, so a date that differs from the first one was set later.
// A cookie that the application replaced needs a new note.
function beginningOf(session: LiveSession) {
  const { beginning } = noteOf(session)
  return beginning?.cookie === session.cookie ? beginning : undefined
}

/** The lifetime that the application or its configuration gave this session; empty without one. */
export function lifetimeOf(session: LiveSession, now: number): CookieLifetime {
  const { cookie } = session
  const maxAge = positive(cookie?.originalMaxAge)
  const expires = epochOf(cookie?.expires)
  if (maxAge === undefined && expires === undefined) return isUnlimited(cookie) ? { originalMaxAge: null } : {}
  if (maxAge === undefined) return { expires: expires as number }
  return expires !== undefined && isChosen(session, maxAge, expires, now) ? { expires } : { originalMaxAge: maxAge }
}

export function isSameLifetime(one: CookieLifetime, other: CookieLifetime): boolean {
  return one.originalMaxAge === other.originalMaxAge && one.expires === other.expires
}

const unlimited = notes<true>()

/** Notes that a cookie has no lifetime because the application removed it, whatever the configuration says. */
export function noteUnlimited(cookie: object): void {
  unlimited.set(cookie, true)
}

const isUnlimited = (cookie: object | undefined) => cookie !== undefined && unlimited.get(cookie) === true

/** A value that no cookie can have: which, and what to set instead. */
export interface CookieFault {
  readonly path: 'cookie.maxAge' | 'cookie.expires'
  readonly reason: string
}

/** Finds a lifetime that the application set and no cookie can carry. */
export function lifetimeFault(cookie: LiveCookie | undefined, now: number): CookieFault | undefined {
  const { originalMaxAge, expires } = cookie ?? {}
  const end = originalMaxAge == null ? now : typeof originalMaxAge === 'number' ? now + originalMaxAge : undefined
  if (!isCookieDate(end)) return { path: 'cookie.maxAge', reason: MAX_AGE }
  const isDate = expires == null || (expires instanceof Date && isCookieDate(expires.getTime()))
  return isDate ? undefined : { path: 'cookie.expires', reason: EXPIRES }
}

const MAX_AGE = 'must be a number of milliseconds that ends before the year 10000; set null for a cookie without a date'
const EXPIRES = 'must be a Date of the years 1601 to 9999, such as new Date(…); set null for a cookie without a date'

/** Whether a cookie with this lifetime can be sent now: a stored lifetime that cannot would fail every request. */
export function isSendable({ originalMaxAge, expires }: CookieLifetime, now: number): boolean {
  const hasMaxAge = originalMaxAge != null
  if (hasMaxAge && !(originalMaxAge > 0 && isCookieDate(now + originalMaxAge))) return false
  return hasMaxAge || expires == null || isCookieDate(expires)
}

/**
 * The `cookie` of the object that a store returns. A fixed date must hide the `maxAge` of the configuration, because
 * the host prefers `maxAge`.
 */
export function restoredCookie({ originalMaxAge, expires }: CookieLifetime): object {
  if (originalMaxAge === null) return { originalMaxAge, maxAge: undefined, expires: undefined }
  if (originalMaxAge !== undefined) return { originalMaxAge, expires: undefined }
  if (expires !== undefined) return { originalMaxAge: null, maxAge: undefined, expires: new Date(expires) }
  return {}
}

function isChosen(session: LiveSession, maxAge: number, expires: number, now: number): boolean {
  const beginning = beginningOf(session)
  if (beginning && beginning.expires === session.cookie?.expires) return false
  // session.touch() and a new maxAge also set a date: maxAge after a moment within this request.
  const begun = beginning?.at ?? now - LONGEST_REQUEST_MS
  return expires < begun + maxAge || expires > now + maxAge
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && Number.isFinite(value) ? Math.ceil(value) : undefined
}

function epochOf(date: unknown): number | undefined {
  const time = date instanceof Date ? date.getTime() : Number.NaN
  return Number.isNaN(time) ? undefined : time
}
