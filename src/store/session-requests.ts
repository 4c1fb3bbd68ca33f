import { RegenerateError } from '../errors.ts'
import type { SessionEventEmitter } from './core/events.ts'
import { type Operation, perform, type Task } from './core/operation.ts'
import { type LiveSession, noteOf } from './live/live-session.ts'
import { loadedVersionOf } from './live/loaded-version.ts'
import type { Opening } from './opening.ts'
import { Operations } from './operations.ts'
import type { Finding } from './requests/ending.ts'
import { beginHeir, isEmpty, isWithheld, type Succession } from './requests/heirs.ts'
import type { Reading } from './requests/reading.ts'
import type { Rotation } from './requests/rotating.ts'
import { isChangedUnseen, type SaveOutcome } from './requests/saving.ts'
import { END, IS_PRESENT, READ, ROTATE, SAVE, TOUCH } from './tasks.ts'

/** What requests ask of a store, bounded in number and in time. */
export class SessionRequests {
  readonly #opening: Opening
  readonly #events: SessionEventEmitter
  readonly #operations: Operations

  constructor(opening: Opening, events: SessionEventEmitter, operationTimeout: number) {
    this.#opening = opening
    this.#events = events
    this.#operations = new Operations(opening, operationTimeout)
  }

  /** How many wait now. */
  get waiting(): number {
    return this.#operations.waiting
  }

  read(id: string): Reading | Promise<Reading> {
    return this.#operations.run(READ, id)
  }

  /**
   * Stores a session as it is now, when the store is open.
   *
   * @param succession - of the new session of a `regenerate()`
   */
  save(id: string, session: LiveSession, succession: Succession | undefined): Promise<SaveOutcome> {
    if (succession) beginHeir(this.#events, session, succession)
    if (noteOf(session).isRefused) return noting(session, Promise.reject(new RegenerateError()))
    if (isWithheld(session)) return noting(session, 'unchanged')
    return noting(session, this.#operations.run(SAVE, id, session, succession && { previousId: succession.oldId }))
  }

  /** Ends a session, also by an old id. */
  end(id: string): Finding | Promise<Finding> {
    return this.#operations.run(END, id, { follows: true })
  }

  /**
   * Ends a session, and stores the one that takes its place in `regenerate()`. One that takes something along gets it only
   * if this ended the old one; by an old id nothing is handed over, and nothing ends.
   */
  replace(oldId: string, replaced: object, id: string, heir: LiveSession): Promise<SaveOutcome> {
    const note = noteOf(heir)
    note.origin = 'new'
    // Until the old one is known to have ended. An error may reach the application before that is known.
    note.isRefused = true
    return noting(heir, this.#operations.run(REPLACE, oldId, replaced, id, heir))
  }

  touch(id: string, session: LiveSession): void | Promise<void> {
    return this.#operations.run(TOUCH, id, session)
  }

  /** Moves a stored session to another id, and says whether it did; see {@link rotateSession}. */
  rotate(rotation: Rotation): boolean | Promise<boolean> {
    return this.#operations.run(ROTATE, rotation)
  }

  /** Whether the id has a session that was not ended: for ids that are sent again. */
  async isPresent(id: string): Promise<boolean> {
    return this.#operations.run(IS_PRESENT, id)
  }

  /** Whether a stored session differs from its row in a way that a comparison through JSON cannot see. */
  isChangedUnseen(session: object): boolean {
    const { core } = this.#opening
    return core !== undefined && isChangedUnseen(core, session as LiveSession)
  }
}

/** Ends a session and stores another, each as an operation of its own for those who listen. */
const REPLACE: Task<[oldId: string, replaced: object, id: string, heir: LiveSession], SaveOutcome> = {
  async work(core, operation: Operation, oldId, replaced, id, heir) {
    const loaded = loadedVersionOf(replaced)
    const end = async (follows: boolean) => {
      const finding = await perform(core, operation, END, oldId, { follows, loaded })
      noteOf(heir).isRefused = false
      return finding
    }
    const old = { id: oldId, wasStored: loaded !== undefined, end: () => end(false) }
    if (!isEmpty(heir) && !core.freshIds.has(oldId))
      return perform(core, operation, SAVE, id, heir, { previousId: oldId, old })
    await end(true)
    return perform(core, operation, SAVE, id, heir, { previousId: oldId })
  },
}

/** Notes whether the save of a session fails. */
async function noting(session: LiveSession, saving: SaveOutcome | Promise<SaveOutcome>): Promise<SaveOutcome> {
  try {
    const outcome = await saving
    noteOf(session).isUnsaved = false
    return outcome
  } catch (error) {
    noteOf(session).isUnsaved = true
    throw error
  }
}
