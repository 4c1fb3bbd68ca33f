import type { EndReason } from '../database/session-database.ts'
import { formatSid } from '../payload/session-id.ts'
import type { StoreCore } from './core.ts'
import { noteFormer } from './former.ts'

const gone = new WeakSet<object>()

/** Whether a save found that this session had ended, or was not there any more. */
export const isGone = (session: object) => gone.has(session)

/** Notes that what a live session holds is not to be stored any more, and tells of it. */
export function markGone(
  core: StoreCore,
  { sid, session }: { readonly sid: Buffer; readonly session: object },
  reason: EndReason,
): 'gone' {
  gone.add(session)
  if (reason === 'rotated') noteFormer(session)
  core.events.emit('gone', { sid: formatSid(sid) })
  return 'gone'
}
