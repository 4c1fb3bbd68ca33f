import { type LiveSession, noteOf, type StoredCookie, type StoredTimes } from './live-session.ts'
import { loadedVersionOf } from './loaded-version.ts'

/** The lifetime of a cookie with the times that are stored beside it, always in the same order. */
export function withTimes(cookie: StoredCookie, { renewedAt, provenAt }: StoredTimes): StoredCookie {
  const { renewedAt: _1, provenAt: _2, ...lifetime } = cookie
  return { ...lifetime, ...(renewedAt !== undefined && { renewedAt }), ...(provenAt !== undefined && { provenAt }) }
}

/** The content without the times beside the lifetime of its cookie. */
export function withoutTimes<Content extends { readonly cookie: StoredCookie }>(content: Content): Content {
  const { renewedAt, provenAt } = content.cookie
  return renewedAt === undefined && provenAt === undefined
    ? content
    : { ...content, cookie: withTimes(content.cookie, {}) }
}

/** The times to store with a live session. */
export function timesOf(session: LiveSession): StoredTimes | undefined {
  const stored = loadedVersionOf(session)?.lifetime
  const { confirmedAt } = noteOf(session)
  if (confirmedAt === undefined && stored?.renewedAt === undefined && stored?.provenAt === undefined) return undefined
  return laterTimes(stored ?? {}, { provenAt: confirmedAt })
}

/** The later of two times each: nothing that was renewed or proven becomes older. */
export function laterTimes(
  one: StoredTimes,
  other: { readonly [name in keyof StoredTimes]: StoredTimes[name] | undefined },
): StoredTimes {
  const renewedAt = later(one.renewedAt, other.renewedAt)
  const provenAt = later(one.provenAt, other.provenAt)
  return { ...(renewedAt !== undefined && { renewedAt }), ...(provenAt !== undefined && { provenAt }) }
}

function later(one: number | undefined, other: number | undefined): number | undefined {
  return one !== undefined && other !== undefined ? Math.max(one, other) : (one ?? other)
}

/** Whether the user confirmed who they are, and that is not stored yet. */
export function hasUnsavedProof(session: LiveSession): boolean {
  const { confirmedAt } = noteOf(session)
  return confirmedAt !== undefined && confirmedAt > (loadedVersionOf(session)?.lifetime.provenAt ?? 0)
}
