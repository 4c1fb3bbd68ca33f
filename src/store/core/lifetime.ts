import type { EndReason, RowEnd, SessionRow, StoredEndReason } from '../../database/contract/session-database.ts'
import type { CookieLifetime } from '../live/live-session.ts'

/** The limits of every session, in milliseconds. */
export interface Limits {
  /** A session that is unused for this long expires. */
  readonly idleTimeout: number
  /** The longest idle time that a cookie can set; infinite unless the option `lifetime` is set. */
  readonly longestIdle: number
  /** A session expires at this age, even when it is in use. */
  readonly absoluteTimeout: number | false
  /** How stale the stored last use may be. */
  readonly touchInterval: number
  /** Whether a request that only reads extends the session. */
  readonly rolling: boolean
  /** How long rows stay after their session has ended, so that an earlier request can find out why it ended. */
  readonly grace: number
}

const HOUR_MS = 60 * 60 * 1000

/** The least number of touches in the idle time of a live session, so that a short idle time works too. */
const TOUCHES_PER_LIFETIME = 4

/** When a session expires that was last used at `usedAt`, epoch milliseconds. */
export function deadlineOf(limits: Limits, lifetime: CookieLifetime, createdAt: number, usedAt: number): number {
  return Math.min(idleDeadline(limits, lifetime, usedAt), absoluteDeadline(limits, createdAt))
}

/** Limits the lifetime of a cookie to the absolute timeout of its session. */
export function usableLifetime(
  limits: Limits,
  { originalMaxAge, expires }: CookieLifetime,
  createdAt: number,
): CookieLifetime {
  const { absoluteTimeout } = limits
  if (originalMaxAge === null) return { originalMaxAge }
  if (originalMaxAge !== undefined)
    return { originalMaxAge: Math.min(originalMaxAge, absoluteTimeout || originalMaxAge) }
  return expires === undefined ? {} : { expires: Math.min(expires, absoluteDeadline(limits, createdAt)) }
}

/** When a session expires even if it is in use, epoch milliseconds. */
export function absoluteDeadline({ absoluteTimeout }: Limits, createdAt: number): number {
  return absoluteTimeout === false ? Number.MAX_SAFE_INTEGER : createdAt + absoluteTimeout
}

/** When a row may be deleted: rounded to the hour, so that most touches do not change this column and its index. */
export function trimTime({ grace }: Limits, expiresAt: number): number {
  const end = Math.min(expiresAt, Number.MAX_SAFE_INTEGER - HOUR_MS - grace)
  return Math.ceil(end / HOUR_MS) * HOUR_MS + grace
}

/** Browsers keep a cookie for at most 400 days, whatever its date. @see RFC 6265bis, section 5.5 */
const LONGEST_COOKIE_MS = 400 * 24 * HOUR_MS

/** When the row of a rotated id may be deleted: it leads to its session for as long as a browser can send the id. */
export function pointerTrimTime(limits: Limits, createdAt: number, rotatedAt: number): number {
  return trimTime(limits, Math.min(absoluteDeadline(limits, createdAt), rotatedAt + LONGEST_COOKIE_MS))
}

/** For this time the row of a renewed id shows that a copy of its cookie is used. */
const REUSE_SHOWN_MS = 24 * HOUR_MS

/**
 * When the row of a renewed id may be deleted. A session has many of them, so they stay for a day, or for as long as the
 * session could wait for a browser that never got the new id.
 */
export function renewalTrimTime(limits: Limits, createdAt: number, renewedAt: number, expiresAt: number): number {
  const end = Math.max(renewedAt + REUSE_SHOWN_MS, expiresAt)
  return trimTime(limits, Math.min(absoluteDeadline(limits, createdAt), end))
}

type RowTimes = Pick<SessionRow, 'createdAt' | 'expiresAt' | 'endedAt' | 'endReason'>

/** Why a session has expired or ended, by the plaintext columns of its row; undefined while it is live. */
export function reasonOver(limits: Limits, row: RowTimes, now: number): EndReason | undefined {
  if (row.endedAt !== null) return row.endReason === 'rotating' ? 'unknown' : (row.endReason ?? 'destroyed')
  if (now >= absoluteDeadline(limits, row.createdAt)) return 'absolute'
  return now >= row.expiresAt ? 'idle' : undefined
}

/** Whether a session that is live by its row has expired by the current configuration, which may be stricter. */
export function isIdle(limits: Limits, lifetime: CookieLifetime, row: SessionRow, now: number): boolean {
  return now >= idleDeadline(limits, lifetime, row.touchedAt)
}

/** Whether the stored last use is old enough to be renewed. */
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

/** The columns that turn a row into a tombstone now. */
export function endNow({ limits }: { readonly limits: Limits }, endReason: StoredEndReason): RowEnd {
  const endedAt = Date.now()
  return { endedAt, endReason, trimAt: trimTime(limits, endedAt), metadata: null, binding: null }
}
