import { sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import type { Operation } from '../core/operation.ts'
import { ownerIn } from '../history/session-changes.ts'
import { contentOf, isJsonVisible, type SessionContent } from '../live/content.ts'
import { isSameLifetime, lifetimeOf, noteFirst } from '../live/cookie-lifetime.ts'
import { type LiveSession, type LoadedVersion, noteOf } from '../live/live-session.ts'
import { loadedVersionOf } from '../live/loaded-version.ts'
import { hasUnsavedProof, laterTimes, withTimes } from '../live/stored-times.ts'
import { markGone } from './ending.ts'
import { handOver } from './handing-over.ts'
import type { Predecessor } from './heirs.ts'
import type { Save } from './save-draft.ts'
import { type SaveOutcome, storeInTurn } from './save-group.ts'
import { isUnchanged, serialize } from './sealed-row.ts'

export type { SaveOutcome } from './save-group.ts'

/** The session that a new session replaces in `regenerate()`. */
export interface Origin {
  readonly previousId: string
  /** The replaced session, if the new session gets content from it. */
  readonly old?: Predecessor
}

/**
 * Stores a live session: no statement when it is unchanged, an UPDATE of the version that was loaded, an INSERT when it
 * is new. Changes that other requests stored meanwhile are merged into the row and into the live session, so that both
 * are equal afterwards.
 *
 * @param origin - the replaced session, if this is the new session of a `regenerate()`
 * @throws `FST_STORED_SESSION_UNSTORABLE` and `FST_STORED_SESSION_TOO_LARGE` before any SQL
 */
export async function saveSession(
  core: StoreCore,
  operation: Operation,
  id: string,
  session: LiveSession,
  { old, previousId }: Partial<Origin> = {},
): Promise<SaveOutcome> {
  if (noteOf(session).isGone) return 'gone'
  const save = begin(core, id, session, previousId)
  if (save.base) {
    if (isUnchanged(core, save.base, save.snapshot)) return 'unchanged'
  } else if (noteOf(session).origin === 'named') {
    return markGone(core, save, 'unknown')
  } else if (core.freshIds.hasEnded(id)) {
    return markGone(core, save, 'destroyed')
  }
  core.freshIds.storing(id)
  if (old && !save.base) return handOver(core, operation, save, old)
  return storeInTurn(core, operation, save)
}

/** Whether a stored session differs from its row in a way that a comparison of JSON does not show. */
export function isChangedUnseen(core: StoreCore, session: LiveSession): boolean {
  const base = loadedVersionOf(session)
  if (!base) return false
  const now = Date.now()
  const lifetime = lifetimeOf(session, now)
  if (hasUnsavedProof(session)) return true
  if (base.isJsonVisible && isSameLifetime(base.lifetime, lifetime) && isJsonVisible(session)) return false
  return !isUnchanged(core, base, core.codec.serialize(contentOf(session, now)))
}

/** A session that is younger, in milliseconds, began with the sign-in: its date of creation says when. */
const SIGN_IN_MS = 10_000

/** Serializes a session, with the time of a sign-in if it had another user or none before. */
function snapshotOf(
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

function begin(core: StoreCore, id: string, session: LiveSession, previousId: string | undefined): Save {
  const base = loadedVersionOf(session)
  const content = contentOf(session, Date.now())
  const userId = core.userOf(content)
  const snapshot = snapshotOf(core, base, content, userId)
  noteFirst(session)
  const { visitor } = noteOf(session)
  const followed = base?.followed && { ...base.followed, usedAt: base.usedAt }
  const [sid, held] = followed ? [followed.sid, { share: followed.share }] : [sidOf(id), { id }]
  const { cookie: lifetime } = content
  return { id, sid, held, session, snapshot, base, lifetime, userId, followed, visitor, previousId }
}
