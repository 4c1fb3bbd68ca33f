import { formatSid } from '../../payload/session-id.ts'
import type { ShownDevice } from '../binding/shown-device.ts'
import type { StoreCore } from '../core/core.ts'
import { endNow } from '../core/lifetime.ts'
import type { Operation } from '../core/operation.ts'
import { ownerOf, recordEnd, recordUnproven } from '../history/session-changes.ts'
import type { Visitor } from '../live/live-session.ts'
import { endForGood } from './ending.ts'
import type { OpenedRow } from './opened-row.ts'

/** Who asks for a session. */
export interface Asker {
  /** Undefined unless the application keeps metadata. */
  readonly visitor?: Visitor | undefined
  /** Undefined unless sessions are bound to devices. */
  readonly device?: ShownDevice | undefined
}

/** A session that a request names without a proof of its device. */
export type Unproven = { session?: never; reason: 'unproven'; keepsCookie: boolean }

/**
 * Refuses a session to a request without a proof. A bound session stays for its owner, and so does the cookie, because
 * the request may be the owner's, before the browser renewed its proof. A session that was never bound, where it had to
 * be, ends.
 */
export async function refuseUnproven(
  core: StoreCore,
  operation: Operation,
  { row, content }: OpenedRow,
  { visitor }: Asker,
): Promise<Unproven> {
  const { sid } = row
  if (row.binding) {
    core.events.emit('unproven', { sid: formatSid(sid) })
    recordUnproven(core, sid, content, visitor)
    return { reason: 'unproven', keepsCookie: true }
  }
  const found = await endForGood(core, sid, endNow(core, 'unproven'), operation)
  if (found) await recordEnd(core, sid, 'unproven', ownerOf(core, content))
  return { reason: 'unproven', keepsCookie: false }
}
