import type { SessionRow } from '../../database/contract/session-database.ts'
import { LostRotationError } from '../../errors.ts'
import { UnreadablePayload } from '../../payload/sealed-payload.ts'
import { formatSid } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { type Held, type RotationPointer, rotationPointerOf } from './rotation-pointer.ts'

/**
 * Ends the session that an old id was rotated to, after any number of rotations, so that signing out with an old id
 * works.
 *
 * @param held - empty without the cookie; then it opens nothing if payloads are bound to cookies
 * @param end - ends the session of a sid; false when there is none, or when it had ended before
 * @throws `FST_STORED_SESSION_LOST_ROTATION` when a row does not show the new id of its session
 */
export async function endSuccessor(
  core: StoreCore,
  sid: Buffer,
  held: Held,
  end: (sid: Buffer, share: Buffer | undefined) => Promise<boolean>,
): Promise<boolean> {
  const next = await nextOf(core, await core.rows.find(sid), held)
  if (!next) return false
  return (await end(next.sid, next.share)) || endSuccessor(core, next.sid, { share: next.share }, end)
}

/**
 * Whether the id of a row was renewed by `rotateEvery`, and not rotated by the application, as often as it changed.
 *
 * @throws `FST_STORED_SESSION_LOST_ROTATION` when a row does not show the new id of its session
 */
export async function isRenewed(core: StoreCore, row: SessionRow | undefined, held: Held): Promise<boolean> {
  const next = await nextOf(core, row, held)
  if (!next?.isRenewal) return false
  const after = await core.rows.find(next.sid)
  return after?.endReason !== 'rotated' || isRenewed(core, after, { share: next.share })
}

/**
 * The rows of a session from this row on: this row first, and the current row last.
 *
 * @throws `FST_STORED_SESSION_LOST_ROTATION` when a row does not show the new id of its session
 */
export async function rowsFrom(core: StoreCore, sid: Buffer, held: Held = {}): Promise<SessionRow[]> {
  const row = await core.rows.find(sid)
  const next = await nextOf(core, row, held)
  const own = row ? [row] : []
  return next ? [...own, ...(await rowsFrom(core, next.sid, { share: next.share }))] : own
}

/**
 * The current row of a session from a row on, and what its id adds to the keys.
 *
 * @throws `FST_STORED_SESSION_LOST_ROTATION` when a row does not show the new id of its session
 */
export async function currentRow(
  core: StoreCore,
  row: SessionRow,
  held: Held,
): Promise<{ readonly row: SessionRow; readonly share: Buffer | undefined }> {
  const next = await nextOf(core, row, held)
  const after = next && (await core.rows.find(next.sid))
  return after ? currentRow(core, after, { share: next.share }) : { row, share: held.share }
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
