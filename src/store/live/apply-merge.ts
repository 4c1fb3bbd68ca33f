import { isDeepStrictEqual } from 'node:util'
import type { CookieLifetime, LiveSession } from './live-session.ts'

/**
 * Brings into a live session what a merge added to it. What the application changed since its save began stays: the
 * next save will have it.
 *
 * @param session - the live session
 * @param snapshot - its content when the save began
 * @param merged - its content as stored
 * @param isSame - whether two values are stored as the same bytes
 */
export function applyMerge(
  session: LiveSession,
  snapshot: Record<string, unknown>,
  merged: Record<string, unknown>,
  isSame: (one: unknown, other: unknown) => boolean,
): void {
  for (const key of new Set([...Object.keys(snapshot), ...Object.keys(merged)])) {
    if (isDeepStrictEqual(snapshot[key], merged[key])) continue
    if (key === 'cookie') takeOverCookie(session, merged.cookie as CookieLifetime)
    else if (!isDeepStrictEqual(session[key], snapshot[key]) && !isSame(session[key], snapshot[key])) continue
    else if (Object.hasOwn(merged, key)) session[key] = merged[key]
    else delete session[key]
  }
}

function takeOverCookie({ cookie }: LiveSession, { originalMaxAge, expires }: CookieLifetime): void {
  if (!cookie) return
  if (originalMaxAge !== undefined) cookie.maxAge = originalMaxAge
  else if (expires !== undefined) Object.assign(cookie, { originalMaxAge: null, expires: new Date(expires) })
}
