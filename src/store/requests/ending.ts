import type { EndReason, NewRow, RowEnd } from '../../database/contract/session-database.ts'
import { formatSid, sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { deadlineOf, endNow, reasonOver } from '../core/lifetime.ts'
import type { Operation } from '../core/operation.ts'
import { ownerBeforeEnd, recordEnd, recordExpiry } from '../history/session-changes.ts'
import { type LoadedVersion, noteOf } from '../live/live-session.ts'
import { endSuccessor, isRenewed } from '../rotation/successors.ts'

/**
 * The state in which an ending call found a session. `ended`: this call ended it by its current id. `followed`: this
 * call ended it by an old id. `over`: it had ended before. `rotated`: the id is an old id of a session that continues
 * under another id. `absent`: it was never in the database.
 */
export type Finding = 'ended' | 'followed' | 'over' | 'rotated' | 'absent'

/** How to end a session. */
export interface Ending {
  /**
   * Whether an old id ends the rotated session: signing out with it does. Beginning another session does only if
   * `rotateEvery` renewed the id meanwhile.
   */
  readonly follows: boolean
  /** The loaded version of the session, if known. */
  readonly loaded?: LoadedVersion | undefined
  /** The live session, if known. */
  readonly session?: object | undefined
  /** The binding that the session passes to the session that replaces it. */
  readonly binding?: Buffer | null | undefined
}

/**
 * Ends a session permanently. A session that is not stored gets a tombstone too, so that a concurrent first save cannot
 * insert it.
 */
export async function endSession(core: StoreCore, operation: Operation, id: string, ending: Ending): Promise<Finding> {
  if (core.freshIds.end(id)) return 'absent'
  const { measures } = operation
  const sid = sidOf(id)
  const isPast = await isPastDeadline(core, operation, sid, { id, loaded: ending.loaded })
  const owner = core.history && (await ownerBeforeEnd(core, sid, { id }, ending.loaded))
  const end = { ...endNow(core, 'destroyed'), binding: ending.binding ?? null }
  operation.deadline.check()
  const found = await endForGood(core, sid, end, operation)
  if (found === 'ended' && isPast) return 'over'
  if (found === 'ended' && core.history) await recordEnd(core, sid, 'destroyed', owner ?? null, { ...ending, id })
  if (found) return found
  const row = ending.follows ? undefined : await core.rows.find(sid, measures)
  if (row && row.endReason !== 'rotated') return 'over'
  if (row && !(await isRenewed(core, row, { id }))) return 'rotated'
  const endNext = (next: Buffer) => core.rows.end(next, end, measures)
  const endKnown = core.history ? (next: Buffer) => endRecorded(core, next, id, () => endNext(next)) : endNext
  const isEnded = await endSuccessor(core, sid, { id }, endKnown)
  // The browser may have the cookie of a later session.
  if (!ending.follows) return isEnded ? 'ended' : 'rotated'
  return isEnded ? 'followed' : 'over'
}

async function endRecorded(core: StoreCore, sid: Buffer, id: string, end: () => Promise<boolean>): Promise<boolean> {
  const owner = await ownerBeforeEnd(core, sid, {}, undefined)
  const isEnded = await end()
  if (isEnded) await recordEnd(core, sid, 'destroyed', owner, { id })
  return isEnded
}

/** Whether a session has expired by its idle or absolute timeout since it was loaded. */
async function isPastDeadline(
  core: StoreCore,
  { measures }: Operation,
  sid: Buffer,
  { id, loaded }: { readonly id: string; readonly loaded: LoadedVersion | undefined },
): Promise<boolean> {
  const { limits, rows } = core
  if (!loaded || Date.now() < deadlineOf(limits, loaded.lifetime, loaded.createdAt, loaded.usedAt)) return false
  const row = await rows.find(sid, measures)
  const reason = row && reasonOver(limits, row, Date.now())
  if (reason === 'idle' || reason === 'absolute') void recordExpiry(core, row!, reason, { id })
  return reason !== undefined
}

/**
 * Ends the session of a sid. Without a row it inserts a tombstone, so that a concurrent INSERT fails.
 *
 * @returns `'absent'` when there was no row; undefined when the session had ended before
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
  return {
    ...end,
    ...times,
    sid,
    data: Buffer.alloc(0),
    version: 1,
    userId: null,
    keyId: null,
    metadata: null,
    binding: null,
  }
}

/** Notes that a live session must not be stored any more, and emits an event. */
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
