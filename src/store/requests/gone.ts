import type { EndReason } from '../../database/contract/session-database.ts'
import { formatSid } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { noteOf } from '../live/live-session.ts'

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
