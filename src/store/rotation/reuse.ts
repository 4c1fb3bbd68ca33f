import type { SessionRow } from '../../database/contract/session-database.ts'
import { formatSid } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { endNow, reasonOver } from '../core/lifetime.ts'
import type { ReuseReason } from '../core/reported.ts'
import { ownerBeforeEnd, recordEnd, recordReuse } from '../history/session-changes.ts'
import type { Visitor } from '../live/live-session.ts'
import { opened } from '../metadata/carried-uses.ts'
import type { Held } from './rotation-pointer.ts'
import { currentRow, endSuccessor } from './successors.ts'

/**
 * Reports that an old id was used after its overlap while later ids are in use, and with `onReuse: 'end'` ends the
 * session for both parties, because nothing tells which of them is the owner.
 *
 * @param user - who used the old id, and whether that may end the session: not without a proof of the device that it is
 * bound to, because a thief must not sign the owner out
 * @throws `FST_STORED_SESSION_LOST_ROTATION` when a row does not show the new id of its session
 * @see RFC 9700, section 4.14.2
 */
export async function reportReuse(
  core: StoreCore,
  old: SessionRow,
  held: Held,
  { visitor, mayEnd }: { readonly visitor: Visitor | undefined; readonly mayEnd: boolean },
): Promise<ReuseReason> {
  const known = core.reuses.of(old.sid)
  if (known) return known
  const { row, share } = await currentRow(core, old, held)
  if (reasonOver(core.limits, row, Date.now()))
    return core.reuses.note(old.sid, row.endReason === 'reused' ? 'reused' : 'rotated')
  const reuse = { previousSid: old.sid, visitor, holder: core.history && (await lastUseOf(core, row)) }
  const isEnding = mayEnd && core.renewal.onReuse === 'end'
  if (isEnding) await endSuccessor(core, old.sid, held, (...next) => endReused(core, reuse, ...next))
  else await tell(core, { ...reuse, sid: row.sid, owner: await ownerOf(core, row.sid, share), isEnded: false })
  return core.reuses.note(old.sid, isEnding ? 'reused' : 'rotated')
}

interface Reuse {
  readonly previousSid: Buffer
  readonly visitor: Visitor | undefined
  /** The client of the last use by the current id, packed. */
  readonly holder: Buffer | undefined
}

async function endReused(core: StoreCore, reuse: Reuse, sid: Buffer, share: Buffer | undefined): Promise<boolean> {
  const owner = await ownerOf(core, sid, share)
  if (!(await core.rows.end(sid, endNow(core, 'reused')))) return false
  await tell(core, { ...reuse, sid, owner, isEnded: true })
  await recordEnd(core, sid, 'reused', owner)
  return true
}

async function tell(
  core: StoreCore,
  { isEnded, owner: userId, ...reuse }: Reuse & { sid: Buffer; owner: string | null; isEnded: boolean },
): Promise<void> {
  const { sid, previousSid } = reuse
  core.events.emit('reused', { sid: formatSid(sid), previousSid: formatSid(previousSid), isEnded })
  await recordReuse(core, { ...reuse, userId })
}

const ownerOf = async (core: StoreCore, sid: Buffer, share: Buffer | undefined) =>
  core.history ? ownerBeforeEnd(core, sid, { share }, undefined) : null

async function lastUseOf({ usesCodec }: StoreCore, row: SessionRow): Promise<Buffer | undefined> {
  const uses = row.metadata ? await opened(usesCodec, row, row.metadata) : undefined
  return uses?.last
}
