import { UnstorableError } from '../../errors.ts'
import { RESERVED_NAMES } from '../../payload/reserved-names.ts'
import { lifetimeFault, lifetimeOf } from './cookie-lifetime.ts'
import type { LiveSession, StoredCookie } from './live-session.ts'
import { CARRIER_KEY, loadedVersionOf } from './loaded-version.ts'
import { timesOf, withTimes } from './stored-times.ts'

/** The stored content of a session: its own keys, and the stored part of its cookie. */
export type SessionContent = Record<string, unknown> & { cookie: StoredCookie }

/** Why a name is refused. */
export const RESERVED_NAME = 'this name is reserved'

/**
 * The content to store for a live session. Both share their values, so serialize it before other code runs.
 *
 * @throws `FST_STORED_SESSION_UNSTORABLE` for a reserved name, and for a lifetime that no cookie can carry
 */
export function contentOf(session: LiveSession, now: number): SessionContent {
  refuseReservedNames(session)
  refuseLifetime(session, now)
  const lifetime = lifetimeOf(session, now)
  const times = timesOf(session)
  const content: SessionContent = { cookie: times ? withTimes(lifetime, times) : lifetime }
  for (const key of Object.keys(session)) if (key !== 'cookie') content[key] = session[key]
  return content
}

/** @throws `FST_STORED_SESSION_UNSTORABLE` for a lifetime of the cookie that no cookie can carry */
export function refuseLifetime({ cookie }: Pick<LiveSession, 'cookie'>, now: number): void {
  const fault = lifetimeFault(cookie, now)
  if (fault) throw unsendable(fault.path, fault.reason)
}

/** The refusal of a cookie. Its message names the fault, because the flags of a cookie are no content. */
export const unsendable = (path: string, reason: string, cause?: unknown) =>
  new UnstorableError(path, reason, path, { detail: `: session.${path} ${reason}`, cause })

/** @throws `FST_STORED_SESSION_UNSTORABLE` for a key that has a reserved name */
export function refuseReservedNames(session: object): void {
  // This removes our own carrier from the session, so a carrier key that is left belongs to the application.
  loadedVersionOf(session)
  for (const key of Object.keys(session)) {
    if (RESERVED_NAMES.has(key) || key === CARRIER_KEY) throw new UnstorableError(key, RESERVED_NAME)
  }
}

/** The check stops at this depth, and the full comparison decides. */
const DEEPEST = 20

/**
 * Whether JSON shows the whole content of a session. Then the host, which compares JSON, sees every change, and finding
 * one needs no serialization. Values such as Map, Set, Date, BigInt, NaN and undefined are not transparent.
 */
export function isJsonVisible(session: Record<string, unknown>): boolean {
  for (const key of Object.keys(session)) {
    if (key !== 'cookie' && key !== CARRIER_KEY && !isTransparentValue(session[key], 0)) return false
  }
  return true
}

function isTransparentValue(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth > DEEPEST) return false
  return Array.isArray(value) ? isTransparentList(value, depth) : isTransparentObject(value, depth)
}

// By index, so that the check finds holes too.
function isTransparentList(list: unknown[], depth: number): boolean {
  for (let index = 0; index < list.length; index++) if (!isTransparentValue(list[index], depth + 1)) return false
  return true
}

function isTransparentObject(value: object, depth: number): boolean {
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  for (const key in value) if (!isTransparentValue((value as Record<string, unknown>)[key], depth + 1)) return false
  return Object.getOwnPropertySymbols(value).length === 0
}
