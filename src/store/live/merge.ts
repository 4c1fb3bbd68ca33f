import { isDeepStrictEqual } from 'node:util'
import { noteUnlimited } from './cookie-lifetime.ts'
import type { CookieLifetime, LiveSession } from './live-session.ts'

type Content = Record<string, unknown>

/** The outcome of a merge. */
interface Merged<Type extends Content> {
  readonly content: Type
  /** Keys that both sides changed to different values; ours is the later value and wins. */
  readonly conflicts: string[]
}

/**
 * Merges two changes of one session, key by key at the top level.
 *
 * A key that only they changed or deleted takes their state; any other key keeps ours.
 *
 * @param base - the content that both sides started from
 * @param theirs - the content that is stored now
 * @param ours - the content to save
 */
export function mergeThreeWays<Type extends Content>(base: Content, theirs: Type, ours: Type): Merged<Type> {
  const content: Content = {}
  const conflicts: string[] = []
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const oursChanged = !same(base, ours, key)
    const source = oursChanged ? ours : theirs
    if (oursChanged && !same(base, theirs, key) && !same(ours, theirs, key)) conflicts.push(key)
    if (Object.hasOwn(source, key)) content[key] = source[key]
  }
  return { content: content as Type, conflicts }
}

function same(one: Content, other: Content, key: string): boolean {
  return Object.hasOwn(one, key) === Object.hasOwn(other, key) && isDeepStrictEqual(one[key], other[key])
}

/**
 * Applies the result of a merge to a live session. Changes that the application made since its save began stay, and the
 * next save stores them.
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
  if (originalMaxAge === null) {
    Object.assign(cookie, { originalMaxAge, expires: null })
    noteUnlimited(cookie)
  } else if (originalMaxAge !== undefined) cookie.maxAge = originalMaxAge
  else if (expires !== undefined) Object.assign(cookie, { originalMaxAge: null, expires: new Date(expires) })
}
