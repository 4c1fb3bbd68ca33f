import { noteUnlimited } from '../live/cookie-lifetime.ts'
import type { CookieLifetime, LiveSession } from '../live/live-session.ts'
import { mergeKeys } from './merge.ts'
import type { MergeRules } from './merge-rules.ts'
import { ABSENT } from './merging.ts'

/**
 * Applies what a save stored to its live session. Objects, arrays, Maps and Sets of the session stay the objects that
 * they are. Changes that the application made since the save began stay, and the next save stores them.
 *
 * @param session - the live session
 * @param snapshot - its content when the save began
 * @param stored - its content as stored
 * @param isSame - whether two values are stored as the same value
 */
export function applyMerge(
  session: LiveSession,
  snapshot: Record<string, unknown>,
  stored: Record<string, unknown>,
  rules: MergeRules,
  isSame: (one: unknown, other: unknown) => boolean,
): void {
  if (!isSame(snapshot.cookie, stored.cookie)) takeOverCookie(session, stored.cookie as CookieLifetime)
  const settings = { rules, isLive: true, isSame }
  mergeKeys({ base: snapshot, theirs: stored, ours: session }, settings, (key, value) => {
    if (key === 'cookie') return
    if (value === ABSENT) delete session[key]
    else if (!Object.is(session[key], value)) session[key] = value
  })
}

/** Gives a live session a content, whatever it has; its objects stay where they can. */
export function restoreContent(
  session: LiveSession,
  content: Record<string, unknown>,
  isSame: (one: unknown, other: unknown) => boolean,
): void {
  const { cookie: _, ...snapshot } = session
  // With the session as its own base, every difference is theirs.
  applyMerge(session, { ...snapshot, cookie: undefined }, content, {}, isSame)
}

function takeOverCookie({ cookie }: LiveSession, { originalMaxAge, expires }: CookieLifetime): void {
  if (!cookie) return
  if (originalMaxAge === null) {
    Object.assign(cookie, { originalMaxAge, expires: null })
    noteUnlimited(cookie)
  } else if (originalMaxAge !== undefined) cookie.maxAge = originalMaxAge
  else if (expires !== undefined) Object.assign(cookie, { originalMaxAge: null, expires: new Date(expires) })
}
