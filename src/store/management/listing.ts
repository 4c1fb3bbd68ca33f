import type { EndReason, ListedRow } from '../../database/contract/session-database.ts'
import { InvalidHandleError } from '../../errors.ts'
import type { SessionMetadata } from '../../metadata/session-metadata.ts'
import { formatSid } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { listingOf } from '../core/core.ts'
import { type SessionHandle, sidOfHandle } from '../core/handle.ts'
import { absoluteDeadline, reasonOver } from '../core/lifetime.ts'
import { metadataOf } from '../metadata/session-uses.ts'
import { checkObject } from '../options/filter-checks.ts'
import { OptionChecks } from '../options/option-checks.ts'
import { filterNames, rowFilterOf, type SessionFilter, type SessionState } from './session-filter.ts'

/** A session as other people than its user may see it: without its content and its id. */
export interface ListedSession {
  /** Names the session in `revoke()`; as a cookie it opens no session. */
  handle: SessionHandle
  /** The user of the session, by the `user` option; undefined without a user, and after the session has ended. */
  user: string | undefined
  /** When the session began. */
  createdAt: Date
  /** The stored last use, at most `touchInterval` before the real one. */
  touchedAt: Date
  /** When it expires unless it is used again. */
  expiresAt: Date
  /** Whether it is in use, has ended or has expired. */
  state: SessionState
  /** Why it has expired or ended, as in `request.sessionEndReason`; undefined while it is live. */
  endReason: EndReason | undefined
  /** Bytes of its sealed content. */
  bytes: number
  /** Whether it is bound to a device; missing where the option `deviceBound` is off, unless it is bound. */
  isDeviceBound?: boolean
  /** Who used it first and last; missing where that was not kept, and after the session has ended. */
  metadata?: SessionMetadata
}

/**
 * The options of `list()`: which sessions to list, how many, and from which place.
 *
 * @example
 * ```ts
 * const options: ListOptions = { user: 'ada', state: 'live', limit: 100 }
 * const { sessions, next } = await app.storedSession.list(options)
 * ```
 */
export interface ListOptions extends SessionFilter {
  /** Sessions on a page: 1 to 1000. @defaultValue 50 */
  limit?: number | undefined
  /** The `next` of the previous page. @defaultValue the first page */
  cursor?: string | undefined
}

/** One page of sessions, the newest first. */
export interface SessionPage {
  /** The sessions, the newest first. */
  sessions: ListedSession[]
  /** The cursor of the next page; undefined on the last. */
  next: string | undefined
}

const USUAL_LIMIT = 50
const LARGEST_LIMIT = 1_000

/**
 * One page of the sessions of a filter, the newest first. A session that is stored meanwhile moves no other session to
 * another page.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, and `FST_STORED_SESSION_INVALID_HANDLE` for an invalid cursor
 */
export async function listSessions(core: StoreCore, options: ListOptions = {}): Promise<SessionPage> {
  const checks = new OptionChecks()
  checkObject('list()', options, checks)
  checks.names(options, [...filterNames, 'limit', 'cursor'])
  const limit = checks.integer('limit', options.limit, USUAL_LIMIT, 1, LARGEST_LIMIT)
  const filter = rowFilterOf(options, core.limits, checks)
  checks.done()
  const behind = options.cursor === undefined ? undefined : placeOf(options.cursor)
  // One more row shows whether there is another page.
  const rows = await listingOf(core).list(filter, behind, limit + 1)
  const page = rows.slice(0, limit)
  return {
    sessions: await Promise.all(page.map((row) => listedSession(core, row))),
    next: rows.length > limit ? cursorOf(page.at(-1)!) : undefined,
  }
}

/**
 * The exact number of sessions of a filter.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
 */
export async function countSessions(core: StoreCore, options: SessionFilter = {}): Promise<number> {
  const checks = new OptionChecks()
  checkObject('count()', options, checks)
  checks.names(options, filterNames)
  const filter = rowFilterOf(options, core.limits, checks)
  checks.done()
  return listingOf(core).count(filter)
}

/** The latest time that a Date can hold. */
const LATEST_MS = 8_640_000_000_000_000

/** A row as a session for operators. */
export async function listedSession(
  { limits, usesCodec, bindsToDevices }: StoreCore,
  row: ListedRow,
): Promise<ListedSession> {
  const { createdAt, touchedAt, expiresAt } = row
  const endReason = reasonOver(limits, row, Date.now())
  const metadata = await metadataOf(usesCodec, row)
  return {
    handle: formatSid(row.sid),
    user: row.userId ?? undefined,
    createdAt: new Date(createdAt),
    touchedAt: new Date(touchedAt),
    expiresAt: new Date(Math.min(expiresAt, absoluteDeadline(limits, createdAt), LATEST_MS)),
    state: row.endedAt !== null ? 'ended' : endReason ? 'expired' : 'live',
    endReason,
    bytes: row.bytes,
    ...((bindsToDevices || row.isBound) && { isDeviceBound: row.isBound ?? false }),
    ...(metadata && { metadata }),
  }
}

type Place = Pick<ListedRow, 'createdAt' | 'sid'>

/*
 * A cursor is the place of the last session of a page, in base64url:
 *
 *   created_at 8 B | sid 32 B
 */
const TIME_BYTES = 8
const PLACE_BYTES = 40

/** The cursor of the sessions after a listed one, for callers that go through a page and stop before its end. */
export function cursorAfter({ createdAt, handle }: Pick<ListedSession, 'createdAt' | 'handle'>): string {
  return cursorOf({ createdAt: createdAt.getTime(), sid: sidOfHandle('handle', handle) })
}

function cursorOf({ createdAt, sid }: Place): string {
  const time = Buffer.alloc(TIME_BYTES)
  time.writeBigUInt64BE(BigInt(createdAt))
  return Buffer.concat([time, sid]).toString('base64url')
}

function placeOf(cursor: unknown): Place {
  const place = Buffer.from(typeof cursor === 'string' ? cursor : '', 'base64url')
  const createdAt = place.length === PLACE_BYTES ? Number(place.readBigUInt64BE()) : Number.NaN
  if (Number.isSafeInteger(createdAt) && place.toString('base64url') === cursor) {
    return { createdAt, sid: place.subarray(TIME_BYTES) }
  }
  throw new InvalidHandleError('cursor must be the `next` of a previous page; pass it unchanged, with the same filter')
}
