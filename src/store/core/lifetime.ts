import type { EndReason, RowEnd, SessionRow, StoredEndReason } from '../../database/contract/session-database.ts'
import type { CookieLifetime } from '../live/live-session.ts'

/** The limits of every session, in milliseconds. */
export interface Limits {
  /** A session that is unused for this long expires. */
  readonly idleTimeout: number
  /** No cookie prolongs that beyond this; infinite unless a `lifetime` was chosen. */
  readonly longestIdle: number
  /** A session expires at this age, even when it is in use. */
  readonly absoluteTimeout: number | false
  /** How stale the stored last use may be. */
  readonly touchInterval: number
  /** Whether use prolongs a session that is only read. */
  readonly rolling: boolean
  /** Rows stay for so long after they are over, so that a request which began before finds what became of its session. */
  readonly grace: number
}

const HOUR_MS = 60 * 60 * 1000

/** A live session is touched at least this many times in its idle time, however short that is. */
const TOUCHES_PER_LIFETIME = 4

/** When a session that is used now will be over, epoch milliseconds. */
export function deadlineOf(limits: Limits, lifetime: CookieLifetime, createdAt: number, usedAt: number): number {
  return Math.min(idleDeadline(limits, lifetime, usedAt), absoluteDeadline(limits, createdAt))
}

/** The part of a lifetime that a session can use before its absolute timeout. */
export function usableLifetime(
  limits: Limits,
  { originalMaxAge, expires }: CookieLifetime,
  createdAt: number,
): CookieLifetime {
  const { absoluteTimeout } = limits
  if (originalMaxAge !== undefined)
    return { originalMaxAge: Math.min(originalMaxAge, absoluteTimeout || originalMaxAge) }
  return expires === undefined ? {} : { expires: Math.min(expires, absoluteDeadline(limits, createdAt)) }
}

/** When no use can prolong a session any more, epoch milliseconds. */
export function absoluteDeadline({ absoluteTimeout }: Limits, createdAt: number): number {
  return absoluteTimeout === false ? Number.MAX_SAFE_INTEGER : createdAt + absoluteTimeout
}

/** When a row may be deleted: on the hour, so that most touches leave this column, and its index, as they are. */
export function trimTime({ grace }: Limits, expiresAt: number): number {
  const end = Math.min(expiresAt, Number.MAX_SAFE_INTEGER - HOUR_MS - grace)
  return Math.ceil(end / HOUR_MS) * HOUR_MS + grace
}

/** No browser keeps a cookie for longer, whatever its date: 400 days. @see RFC 6265bis, section 5.5 */
const LONGEST_COOKIE_MS = 400 * 24 * HOUR_MS

/** When the row of an id that was rotated may be deleted: it leads to its session for as long as anybody can name it. */
export function pointerTrimTime(limits: Limits, createdAt: number, rotatedAt: number): number {
  return trimTime(limits, Math.min(absoluteDeadline(limits, createdAt), rotatedAt + LONGEST_COOKIE_MS))
}

type RowTimes = Pick<SessionRow, 'createdAt' | 'expiresAt' | 'endedAt' | 'endReason'>

/** Why a row is over by what stands in plaintext in it, or undefined. */
export function reasonOver(limits: Limits, row: RowTimes, now: number): EndReason | undefined {
  if (row.endedAt !== null) return row.endReason === 'rotating' ? 'unknown' : (row.endReason ?? 'destroyed')
  if (now >= absoluteDeadline(limits, row.createdAt)) return 'absolute'
  return now >= row.expiresAt ? 'idle' : undefined
}

/** Whether a row that is not over by its own date is over by today's configuration, which may be stricter. */
export function isIdle(limits: Limits, lifetime: CookieLifetime, row: SessionRow, now: number): boolean {
  return now >= idleDeadline(limits, lifetime, row.touchedAt)
}

/** Whether the stored last use is so stale that it should be renewed. */
export function needsTouch(limits: Limits, lifetime: CookieLifetime, row: SessionRow, now: number): boolean {
  if (!limits.rolling) return false
  const idle = Math.min(lifetime.originalMaxAge ?? limits.idleTimeout, limits.longestIdle)
  return now - row.touchedAt >= Math.min(limits.touchInterval, idle / TOUCHES_PER_LIFETIME)
}

function idleDeadline(
  { idleTimeout, longestIdle }: Limits,
  { originalMaxAge, expires }: CookieLifetime,
  usedAt: number,
): number {
  return Math.min(expires ?? usedAt + (originalMaxAge ?? idleTimeout), usedAt + longestIdle)
}

/** What turns a row into a tombstone now. */
export function endNow({ limits }: { readonly limits: Limits }, endReason: StoredEndReason): RowEnd {
  const endedAt = Date.now()
  return { endedAt, endReason, trimAt: trimTime(limits, endedAt) }
}
