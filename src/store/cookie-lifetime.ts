import { isCookieDate } from '../payload/cookie-dates.ts'
import { notes } from './notes.ts'

/** What a session keeps of its cookie: how long it lives. Flags come from the configuration, always. */
export interface CookieLifetime {
  /** Whole milliseconds from the last use. */
  originalMaxAge?: number
  /** Epoch milliseconds, fixed. */
  expires?: number
}

/** The cookie of a live session, as @fastify/session makes it. */
export interface LiveCookie {
  originalMaxAge?: number | null
  expires?: Date | null
  maxAge?: number | null
}

/** Requests longer than this are not told from dates that the application chose. */
const LONGEST_REQUEST_MS = 60 * 60 * 1000

// The host gives a cookie with a maxAge a date of its own; one that is not the date seen first was set since.
const beginnings = notes<{ readonly at: number; readonly expires: unknown }>()

/** Remembers when a session was loaded that came to the application unseen, by `reload()`. */
export function noteLoading(cookie: LiveCookie | undefined, at: number): void {
  if (cookie && !beginnings.has(cookie)) beginnings.set(cookie, { at, expires: undefined })
}

/** The same for a cookie that nobody has seen yet, such as that of the new session of a `regenerate()`. */
export function noteFirst(cookie: LiveCookie | undefined): void {
  if (cookie && !beginnings.has(cookie)) noteCookie(cookie)
}

/** Remembers when a request began, and the date that the host gave the cookie. */
export function noteCookie(cookie: LiveCookie | undefined): void {
  if (cookie) beginnings.set(cookie, { at: Date.now(), expires: cookie.expires })
}

/** The lifetime that the application or its configuration gave this session, or none. */
export function lifetimeOf(cookie: LiveCookie | undefined, now: number): CookieLifetime {
  const maxAge = positive(cookie?.originalMaxAge)
  const expires = epochOf(cookie?.expires)
  if (maxAge === undefined) return expires === undefined ? {} : { expires }
  return expires !== undefined && isChosen(cookie!, maxAge, expires, now) ? { expires } : { originalMaxAge: maxAge }
}

/** Whether two lifetimes are the same. */
export function isSameLifetime(one: CookieLifetime, other: CookieLifetime): boolean {
  return one.originalMaxAge === other.originalMaxAge && one.expires === other.expires
}

/** Whether a cookie with this lifetime can be sent now. Rows may hold anything, and one that cannot fails every request. */
export function isSendable({ originalMaxAge, expires }: CookieLifetime, now: number): boolean {
  const hasMaxAge = originalMaxAge != null
  if (hasMaxAge && !(originalMaxAge > 0 && isCookieDate(now + originalMaxAge))) return false
  return hasMaxAge || expires == null || isCookieDate(expires)
}

/**
 * The `cookie` of the object that a store returns: a fixed date must hide the `maxAge` of the configuration, which the
 * host would prefer.
 */
export function restoredCookie({ originalMaxAge, expires }: CookieLifetime): object {
  if (originalMaxAge !== undefined) return { originalMaxAge, expires: undefined }
  if (expires !== undefined) return { originalMaxAge: null, maxAge: undefined, expires: new Date(expires) }
  return {}
}

function isChosen(cookie: LiveCookie, maxAge: number, expires: number, now: number): boolean {
  const beginning = beginnings.get(cookie)
  if (beginning && beginning.expires === cookie.expires) return false
  // session.touch() and a new maxAge set a date too: one maxAge ahead of a moment within this request.
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
