import type { EndReason, NewRow, RowEnd, SessionRow } from '../../database/contract/session-database.ts'
import { LostRotationError } from '../../errors.ts'
import { UnreadablePayload } from '../../payload/sealed-payload.ts'
import { formatSid, sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { deadlineOf, endNow, reasonOver } from '../core/lifetime.ts'
import type { Operation } from '../core/operation.ts'
import { type LoadedVersion, noteOf } from '../live/live-session.ts'
import { type Held, type RotationPointer, rotationPointerOf } from './rotation-pointer.ts'

/**
 * How ending a session found it: it was ended by this call, by its present id or `followed` from an old one; it was over
 * before; the id is an old one of a session that continues under another id (`rotated`); or it never was in the database.
 */
export type Finding = 'ended' | 'followed' | 'over' | 'rotated' | 'absent'

/** How a session is ended. */
export interface Ending {
  /** Whether an old id ends what its session goes on as: who signs out by it does, who begins another session does not. */
  readonly follows: boolean
  /** What is known of the session from when it was loaded. */
  readonly loaded?: LoadedVersion | undefined
}

/**
 * Ends a session permanently. A session that is not stored (yet) gets a tombstone too, so that a first save that
 * is on its way finds the place taken.
 */
export async function endSession(core: StoreCore, operation: Operation, id: string, ending: Ending): Promise<Finding> {
  if (core.freshIds.end(id)) return 'absent'
  const { measures } = operation
  const sid = sidOf(id)
  const isPast = await isPastDeadline(core, operation, sid, ending.loaded)
  const end = endNow(core, 'destroyed')
  operation.deadline.check()
  const found = await endForGood(core, sid, end, operation)
  if (found === 'ended' && isPast) return 'over'
  if (found) return found
  if (!ending.follows) return (await core.rows.find(sid, measures))?.endReason === 'rotated' ? 'rotated' : 'over'
  return (await endSuccessor(core, sid, { id }, (next) => core.rows.end(next, end, measures))) ? 'followed' : 'over'
}

/** Whether a session that is not ended has come to its idle or absolute end since it was loaded. */
async function isPastDeadline(
  { limits, rows }: StoreCore,
  { measures }: Operation,
  sid: Buffer,
  loaded?: LoadedVersion,
): Promise<boolean> {
  if (!loaded || Date.now() < deadlineOf(limits, loaded.lifetime, loaded.createdAt, loaded.usedAt)) return false
  const row = await rows.find(sid, measures)
  return row !== undefined && reasonOver(limits, row, Date.now()) !== undefined
}

/**
 * Ends what a session goes on as when its id was rotated, however often: whoever leaves by the old id leaves.
 *
 * @param held - nothing where nobody has the cookie, which opens nothing where payloads are bound to cookies
 * @param end - ends the session of a sid; false when there is none that had not ended
 * @throws `FST_STORED_SESSION_LOST_ROTATION` when a row does not tell where its session went
 */
export async function endSuccessor(
  core: StoreCore,
  sid: Buffer,
  held: Held,
  end: (sid: Buffer) => Promise<boolean>,
): Promise<boolean> {
  const next = await nextOf(core, await core.rows.find(sid), held)
  return next !== undefined && ((await end(next.sid)) || endSuccessor(core, next.sid, { share: next.share }, end))
}

/**
 * The rows that a session went through from this one on, itself first and its present one last.
 *
 * @throws `FST_STORED_SESSION_LOST_ROTATION` when a row does not tell where its session went
 */
export async function rowsFrom(core: StoreCore, sid: Buffer, held: Held = {}): Promise<SessionRow[]> {
  const row = await core.rows.find(sid)
  const next = await nextOf(core, row, held)
  const own = row ? [row] : []
  return next ? [...own, ...(await rowsFrom(core, next.sid, { share: next.share }))] : own
}

async function nextOf(core: StoreCore, row: SessionRow | undefined, held: Held): Promise<RotationPointer | undefined> {
  if (row?.endReason !== 'rotated') return undefined
  if (core.bindToCookie && held.id === undefined && held.share === undefined) throw new LostRotationError()
  try {
    return await rotationPointerOf(core, row, held)
  } catch (error) {
    if (!(error instanceof UnreadablePayload)) throw error
    core.events.emit('unreadable', { sid: formatSid(row.sid), reason: error.reason })
    throw new LostRotationError()
  }
}

/**
 * Ends the session of a sid, and takes its place where there is none, so that an INSERT on its way finds it taken.
 *
 * @returns whether it was there; undefined when it had ended before
 */
export async function endForGood(
  core: StoreCore,
  sid: Buffer,
  end = endNow(core, 'destroyed'),
  { measures }: Partial<Operation> = {},
): Promise<'ended' | 'absent' | undefined> {
  if (await core.rows.end(sid, end, measures)) return 'ended'
  if (await core.rows.insert(tombstoneOf(sid, end), measures)) return 'absent'
  return (await core.rows.end(sid, end, measures)) ? 'ended' : undefined
}

function tombstoneOf(sid: Buffer, end: RowEnd): NewRow {
  const { endedAt } = end
  const times = { createdAt: endedAt, touchedAt: endedAt, expiresAt: endedAt }
  return { ...end, ...times, sid, data: Buffer.alloc(0), version: 1, userId: null, keyId: null }
}

/** Notes that what a live session holds is not to be stored any more, and tells of it. */
export function markGone(
  core: StoreCore,
  { sid, session }: { readonly sid: Buffer; readonly session: object },
  reason: EndReason,
): 'gone' {
  const note = noteOf(session)
  note.isGone = true
  if (reason === 'rotated') note.hasOldId = true
  core.events.emit('gone', { sid: formatSid(sid) })
  return 'gone'
}
