import type { StoreCore } from '../core/core.ts'
import type { Operation } from '../core/operation.ts'
import { contentOf, isJsonVisible } from '../live/content.ts'
import { isSameLifetime, lifetimeOf, noteFirst } from '../live/cookie-lifetime.ts'
import { type LiveSession, noteOf } from '../live/live-session.ts'
import { loadedVersionOf } from '../live/loaded-version.ts'
import { hasUnsavedProof } from '../live/stored-times.ts'
import { markGone } from '../requests/ending.ts'
import type { Predecessor } from '../requests/heirs.ts'
import { isUnchanged } from '../requests/sealed-row.ts'
import { handOver } from './handing-over.ts'
import type { Save } from './save-draft.ts'
import { type SaveOutcome, storeInTurn } from './save-group.ts'
import { placeOf, snapshotOf } from './snapshot.ts'

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

function begin(core: StoreCore, id: string, session: LiveSession, previousId: string | undefined): Save {
  const base = loadedVersionOf(session)
  const content = contentOf(session, Date.now())
  const userId = core.userOf(content)
  const snapshot = snapshotOf(core, base, content, userId)
  noteFirst(session)
  const { visitor } = noteOf(session)
  const { cookie: lifetime } = content
  return { id, ...placeOf(id, base), session, snapshot, base, lifetime, userId, visitor, previousId }
}
