import type { RowEnd, StoredEndReason } from '../database/session-database.ts'
import { sidOf } from '../payload/session-id.ts'
import type { StoreCore } from './core.ts'
import { trimTime } from './lifetime.ts'
import { refuseRow } from './reading.ts'
import { type Held, successorOf } from './successor.ts'

/**
 * Ends a session for ever. A session that is not stored (yet) gets a tombstone all the same, so that a first save that
 * is on its way finds the place taken.
 */
export async function endSession(core: StoreCore, id: string): Promise<void> {
  if (core.freshIds.end(id)) return
  const sid = sidOf(id)
  const end = endNow(core, 'destroyed')
  if (await core.database.end(sid, end)) return
  const { endedAt, trimAt } = end
  const times = { createdAt: endedAt, touchedAt: endedAt, expiresAt: endedAt, trimAt }
  const tombstone = { ...end, ...times, sid, data: Buffer.alloc(0), version: 1, userId: null, keyId: null }
  if (await core.database.insert(tombstone)) return
  if (!(await core.database.end(sid, end))) await endSuccessor(core, sid, { id }, end)
}

/**
 * Ends what a session goes on as when its id was rotated, however often: whoever leaves by the old id leaves.
 *
 * @param held - nothing where nobody has the cookie, which opens nothing where payloads are bound to cookies
 */
export async function endSuccessor(core: StoreCore, sid: Buffer, held: Held, end: RowEnd): Promise<boolean> {
  const row = await core.findRow(sid)
  if (row?.endReason !== 'rotated') return false
  const next = await successorOf(core, row, held).catch((error) => refuseRow(core, row, error))
  if ('reason' in next) return false
  return (await core.database.end(next.sid, end)) || endSuccessor(core, next.sid, { share: next.share }, end)
}

/** What turns a row into a tombstone now. */
export function endNow({ limits }: StoreCore, endReason: StoredEndReason): RowEnd {
  const endedAt = Date.now()
  return { endedAt, endReason, trimAt: trimTime(limits, endedAt) }
}
