import type { StoreCore } from '../core/core.ts'
import type { Operation } from '../core/operation.ts'
import { contentOf } from '../live/content.ts'
import { noteFirst } from '../live/cookie-lifetime.ts'
import { type LiveSession, noteOf, type StoredVersion } from '../live/live-session.ts'
import { loadedVersionOf } from '../live/loaded-version.ts'
import { restoreContent } from '../merging/live-merge.ts'
import { markGone } from '../requests/ending.ts'
import { isStoredAlike, serialize } from '../requests/sealed-row.ts'
import { bringTo, type Save, type Update } from './save-draft.ts'
import { type SaveOutcome, storeInTurn } from './save-group.ts'
import { placeOf, snapshotOf } from './snapshot.ts'

/** The function of an update. It runs again when another process was quicker. */
export type SessionChange = () => unknown

/**
 * Runs a function on a live session that has the stored content, and stores the result. It runs again until no other
 * process was quicker, so that every function sees the result of the one before.
 *
 * @returns `'gone'` when there is no session to write to
 * @throws what the function throws: then the session is as it was before
 */
export async function updateSession(
  core: StoreCore,
  operation: Operation,
  id: string,
  session: LiveSession,
  change: SessionChange,
): Promise<SaveOutcome> {
  const note = noteOf(session)
  if (note.isGone) return 'gone'
  const save = new UpdatingSave(core, operation, id, session, change)
  if (!save.base) {
    if (note.origin === 'named') return markGone(core, save, 'unknown')
    if (core.freshIds.hasEnded(id)) return markGone(core, save, 'destroyed')
  }
  core.freshIds.storing(id)
  return storeInTurn(core, operation, save)
}

const NOTHING = Buffer.alloc(0)

/** A save whose content is known only when its function has run. */
class UpdatingSave implements Save, Update {
  readonly id: string
  readonly sid: Buffer
  readonly held: Save['held']
  readonly followed: Save['followed']
  readonly session: LiveSession
  readonly update = this
  readonly lifetime = {}
  readonly userId = null
  snapshot: Uint8Array = NOTHING
  before: Uint8Array = NOTHING
  failure: unknown
  readonly #core: StoreCore
  readonly #operation: Operation
  readonly #change: SessionChange

  constructor(core: StoreCore, operation: Operation, id: string, session: LiveSession, change: SessionChange) {
    this.id = id
    const { sid, held, followed } = placeOf(id, loadedVersionOf(session))
    this.sid = sid
    this.held = held
    this.followed = followed
    this.session = session
    this.#core = core
    this.#operation = operation
    this.#change = change
  }

  // An update of the same session may have stored a newer version since this one was called.
  get base(): StoredVersion | undefined {
    return loadedVersionOf(this.session)
  }

  get visitor() {
    return noteOf(this.session).visitor
  }

  async run(prepare: (before: Uint8Array) => Uint8Array): Promise<Uint8Array> {
    const { session } = this
    noteFirst(session)
    this.before = this.#serialized()
    bringTo(this.#core, session, this.before, prepare(this.before))
    try {
      const changing = this.#change()
      if (changing instanceof Promise) await this.#operation.deadline.within(changing)
      const content = contentOf(session, Date.now())
      this.snapshot = snapshotOf(this.#core, loadedVersionOf(session), content, this.#core.userOf(content))
      return this.snapshot
    } catch (error) {
      restoreContent(session, this.#core.codec.deserialize(this.before), (one, other) =>
        isStoredAlike(this.#core, one, other),
      )
      throw error
    }
  }

  takeBack(): void {
    bringTo(this.#core, this.session, this.snapshot, this.before)
  }

  #serialized(): Uint8Array {
    return serialize(this.#core, contentOf(this.session, Date.now()))
  }
}
