import type { RowEnd, StoredEndReason } from '../database/session-database.ts'
import { sidOf } from '../payload/session-id.ts'
import type { StoreCore } from './core.ts'
import { trimTime } from './lifetime.ts'
import { refuseRow } from './reading.ts'
import { type Held, type Successor, successorOf } from './successor.ts'

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
  if (!(await core.database.end(sid, end)))
    await endSuccessor(core, sid, { id }, (next) => core.database.end(next, end))
}

/**
 * Ends what a session goes on as when its id was rotated, however often: whoever leaves by the old id leaves.
 *
 * @param held - nothing where nobody has the cookie, which opens nothing where payloads are bound to cookies
 * @param end - ends the session of a sid; false when there is none that had not ended
 */
export async function endSuccessor(
  core: StoreCore,
  sid: Buffer,
  held: Held,
  end: (sid: Buffer) => Promise<boolean>,
): Promise<boolean> {
  const next = await nextOf(core, sid, held)
  return next !== undefined && ((await end(next.sid)) || endSuccessor(core, next.sid, { share: next.share }, end))
}

/** The sid of what a session goes on as, as far as it can be told without its cookie. */
export async function latestSid(core: StoreCore, sid: Buffer): Promise<Buffer> {
  const next = core.bindToCookie ? undefined : await nextOf(core, sid, {})
  return next ? latestSid(core, next.sid) : sid
}

async function nextOf(core: StoreCore, sid: Buffer, held: Held): Promise<Successor | undefined> {
  const row = await core.findRow(sid)
  if (row?.endReason !== 'rotated') return undefined
  const next = await successorOf(core, row, held).catch((error) => refuseRow(core, row, error))
  return 'reason' in next ? undefined : next
}

/** What turns a row into a tombstone now. */
export function endNow({ limits }: StoreCore, endReason: StoredEndReason): RowEnd {
  const endedAt = Date.now()
  return { endedAt, endReason, trimAt: trimTime(limits, endedAt) }
}
