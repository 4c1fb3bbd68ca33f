import { nearestDate, nearestMaxAge } from './cookie-dates.ts'
import { RESERVED_NAMES } from './reserved-names.ts'
import { serializers } from './serializer.ts'

/** The cookie of another store, as far as it determines the session's lifetime. */
interface ImportedCookie {
  originalMaxAge?: unknown
  expires?: unknown
}

/** A session that another store wrote in plaintext. */
export interface ImportedSession {
  /** Its content, with its cookie in our form. */
  readonly content: Record<string, unknown>
  /** The end of its lifetime by its cookie, epoch milliseconds. */
  readonly expires: number | undefined
}

/**
 * The content of a session that another store wrote in plaintext, as JSON or msgpack, with its cookie in our form. A
 * lifetime that no cookie supports becomes the nearest supported one.
 */
export function importedContent(bytes: Buffer): Record<string, unknown> {
  return importedSession(bytes).content
}

/** The same content, with the expiry for the store's own column. */
export function importedSession(bytes: Buffer): ImportedSession {
  const content: unknown = serializers.hybrid.deserialize(bytes)
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw new TypeError('not a session')
  if (Object.keys(content).some((name) => RESERVED_NAMES.has(name))) throw new TypeError('a reserved name')
  const cookie = (content as { cookie?: ImportedCookie | null }).cookie ?? {}
  const expires = epochOf(cookie.expires)
  return { content: { ...content, cookie: lifetimeOf(cookie.originalMaxAge, expires) }, expires }
}

function lifetimeOf(originalMaxAge: unknown, expires: number | undefined): Record<string, number> {
  if (typeof originalMaxAge === 'number' && originalMaxAge > 0 && Number.isFinite(originalMaxAge)) {
    return { originalMaxAge: nearestMaxAge(Math.ceil(originalMaxAge)) }
  }
  return expires === undefined ? {} : { expires: nearestDate(expires) }
}

function epochOf(date: unknown): number | undefined {
  const isDate = typeof date === 'string' || typeof date === 'number' || date instanceof Date
  const time = isDate ? new Date(date).getTime() : Number.NaN
  return Number.isNaN(time) ? undefined : time
}
