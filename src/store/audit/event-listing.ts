import type { EventKind, EventPlace, EventRow } from '../../database/contract/session-database.ts'
import { InvalidHandleError } from '../../errors.ts'
import type { SessionUse } from '../../metadata/session-metadata.ts'
import { formatSid } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import type { SessionHandle } from '../core/handle.ts'
import { type EventDetails, MANY } from '../core/history.ts'
import { detailsOf } from '../history/event-details.ts'
import { clientOf } from '../metadata/session-uses.ts'
import { checkObject } from '../options/filter-checks.ts'
import { OptionChecks } from '../options/option-checks.ts'
import { eventFilterOf, eventsOf, type HistoryFilter, historyFilterNames } from './event-filter.ts'

/** Something that happened to a session, or that an operator did. */
export interface HistoryEvent {
  /** Distinguishes the event from all others, 32 hexadecimal digits. */
  id: string
  /** The session, by the id that it had then; undefined for an event of many sessions. */
  handle: SessionHandle | undefined
  /** What happened. */
  kind: EventKind
  /** When it happened. */
  at: Date
  /** The owner of the session at that time. */
  user?: string
  /** The operator who did it. */
  actor?: string
  /**
   * Why the session ended, as in `request.sessionEndReason`; for `rotated`, `'renewed'` when `rotateEvery` did it; for
   * `unreadable`, why it does not open; for `user`, `'left'` when it left this user; for `revoked`, `'forgotten'` when
   * `forget()` did it.
   */
  reason?: string
  /** The client of its request, with the option `metadata`. */
  metadata?: Omit<SessionUse, 'at'>
  /** For `reused`: the client that last used the session by its current id. `metadata` is that of the old id. */
  holder?: Omit<SessionUse, 'at'>
  /** For `regenerated`, `rotated` and `reused`: the handle of the session before. */
  previousHandle?: SessionHandle
  /** For events of many sessions: their number. */
  sessions?: number
  /** For `trimmed` and `revoked`: the number of events that were deleted or erased. */
  events?: number
  /** For `keys` and `updated`: the number of rows that did not open. */
  unreadable?: number
  /** For `keys` and `updated`: the number of rows that remain. */
  remaining?: number
  /** For `revoked` and `updated`: the names of the options that chose the sessions. */
  filter?: readonly string[]
  /** Whether its details do not open: the row was changed or moved, or its key is gone. */
  isUnreadable?: true
  /** Whether its user was forgotten. */
  isErased?: true
}

/**
 * The options of `history()`: which events to list, how many, and from which place.
 *
 * @example
 * ```ts
 * const options: HistoryOptions = { user: 'ada', kind: ['created', 'ended'], limit: 100 }
 * const { events, next } = await app.storedSession.history(options)
 * ```
 */
export interface HistoryOptions extends HistoryFilter {
  /** Events on a page: 1 to 1000. @defaultValue 50 */
  limit?: number | undefined
  /** The `next` of the previous page. @defaultValue the first page */
  cursor?: string | undefined
}

/** One page of events, the newest first. */
export interface HistoryPage {
  /** The events, the newest first. */
  events: HistoryEvent[]
  /** The cursor of the next page; undefined on the last. */
  next: string | undefined
}

const USUAL_LIMIT = 50
const LARGEST_LIMIT = 1_000

/**
 * One page of the events of a filter, the newest first.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, also without the option `history`, and
 * `FST_STORED_SESSION_INVALID_HANDLE` for an invalid handle or cursor
 */
export async function listHistory(core: StoreCore, options: HistoryOptions = {}): Promise<HistoryPage> {
  const checks = new OptionChecks()
  checkObject('history()', options, checks)
  checks.names(options, [...historyFilterNames, 'limit', 'cursor'])
  const limit = checks.integer('limit', options.limit, USUAL_LIMIT, 1, LARGEST_LIMIT)
  const filter = eventFilterOf(options, checks)
  checks.done()
  const table = eventsOf(core, 'history()')
  const behind = options.cursor === undefined ? undefined : placeOf(options.cursor)
  // One more row shows whether there is another page.
  const rows = await table.list(filter(), behind, limit + 1)
  const events: HistoryEvent[] = []
  for (const row of rows.slice(0, limit)) events.push(await toEvent(core, row))
  return { events, next: rows.length > limit ? cursorOf(rows[limit - 1]!) : undefined }
}

async function toEvent(core: StoreCore, row: EventRow): Promise<HistoryEvent> {
  const { id, sid, kind, at, userId } = row
  const details = await detailsOf(core.codec, row)
  const event: HistoryEvent = { id: id.toString('hex'), handle: handleOf(sid, kind, details), kind, at: new Date(at) }
  if (details === 'erased') return { ...event, isErased: true }
  // Its plaintext columns may have been changed.
  if (details === 'unreadable') return { ...event, isUnreadable: true }
  const { metadata, holder, previousSid, ...others } = details
  if (userId !== null) event.user = userId
  if (previousSid) event.previousHandle = formatSid(Buffer.from(previousSid))
  if (metadata) event.metadata = clientOf(Buffer.from(metadata))
  if (holder) event.holder = clientOf(Buffer.from(holder))
  return Object.assign(event, others)
}

// What was done to all sessions of a user has a key of its own, which is no session.
function handleOf(sid: Buffer, kind: EventKind, details: EventDetails | string): SessionHandle | undefined {
  const isOfUser =
    (kind === 'revoked' || kind === 'updated') && !(typeof details === 'object' && details.filter?.includes('handle'))
  return sid.equals(MANY) || isOfUser ? undefined : formatSid(sid)
}

/*
 * A cursor is the place of the last event of a page, in base64url:
 *
 *   at 8 B | id 16 B | sid 32 B
 */
const TIME_BYTES = 8
const ID_END = 24
const PLACE_BYTES = 56

function cursorOf({ at, id, sid }: EventPlace): string {
  const time = Buffer.alloc(TIME_BYTES)
  time.writeBigUInt64BE(BigInt(at))
  return Buffer.concat([time, id, sid]).toString('base64url')
}

function placeOf(cursor: unknown): EventPlace {
  const place = Buffer.from(typeof cursor === 'string' ? cursor : '', 'base64url')
  const at = place.length === PLACE_BYTES ? Number(place.readBigUInt64BE()) : Number.NaN
  if (Number.isSafeInteger(at) && place.toString('base64url') === cursor) {
    return { at, id: place.subarray(TIME_BYTES, ID_END), sid: place.subarray(ID_END) }
  }
  throw new InvalidHandleError('cursor must be the `next` of a previous page; pass it unchanged, with the same filter')
}
