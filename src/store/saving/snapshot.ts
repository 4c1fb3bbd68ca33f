import { sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { ownerIn } from '../history/session-changes.ts'
import type { SessionContent } from '../live/content.ts'
import type { LoadedVersion } from '../live/live-session.ts'
import { laterTimes, withTimes } from '../live/stored-times.ts'
import { isUnchanged, serialize } from '../requests/sealed-row.ts'
import type { Save } from './save-draft.ts'

/** A session that is younger, in milliseconds, began with the sign-in: its date of creation says when. */
const SIGN_IN_MS = 10_000

/** Serializes a session, with the time of a sign-in if it had another user or none before. */
export function snapshotOf(
  core: StoreCore,
  base: LoadedVersion | undefined,
  content: SessionContent,
  userId: string | null,
): Uint8Array {
  const snapshot = serialize(core, content)
  const provenAt = Date.now()
  if (!base || userId === null || provenAt - base.createdAt < SIGN_IN_MS) return snapshot
  if (isUnchanged(core, base, snapshot) || ownerIn(core, base.plaintext) === userId) return snapshot
  content.cookie = withTimes(content.cookie, laterTimes(content.cookie, { provenAt }))
  return serialize(core, content)
}

/** The row that a request writes: that of its id, or of a later id if it holds an old one that may change the session. */
export function placeOf(id: string, base: LoadedVersion | undefined): Pick<Save, 'sid' | 'held' | 'followed'> {
  const followed = base?.followed && { ...base.followed, usedAt: base.usedAt }
  if (!followed) return { sid: sidOf(id), held: { id }, followed }
  return { sid: followed.sid, held: { share: followed.share }, followed }
}
