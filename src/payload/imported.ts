import { RESERVED_NAMES } from './reserved-names.ts'
import { serializers } from './serializer.ts'

/** What other stores keep of a cookie, as far as it says how long the session lives. */
interface ImportedCookie {
  originalMaxAge?: unknown
  expires?: unknown
}

/** The content of a session that another store wrote in clear, as JSON or msgpack, with its cookie in our form. */
export function importedContent(bytes: Buffer): Record<string, unknown> {
  const content: unknown = serializers.hybrid.deserialize(bytes)
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw new TypeError('not a session')
  if (Object.keys(content).some((name) => RESERVED_NAMES.has(name))) throw new TypeError('a reserved name')
  return { ...content, cookie: lifetimeOf((content as { cookie?: ImportedCookie }).cookie ?? {}) }
}

function lifetimeOf({ originalMaxAge, expires }: ImportedCookie): Record<string, number> {
  if (typeof originalMaxAge === 'number' && originalMaxAge > 0 && Number.isFinite(originalMaxAge)) {
    return { originalMaxAge: Math.ceil(originalMaxAge) }
  }
  const time =
    typeof expires === 'string' || typeof expires === 'number' || expires instanceof Date
      ? new Date(expires).getTime()
      : Number.NaN
  return Number.isNaN(time) ? {} : { expires: time }
}
