import { RegenerateError } from '../errors.ts'
import { sidOf } from '../payload/session-id.ts'
import type { StoreCore } from './core.ts'
import type { Deadline } from './deadline.ts'
import type { Finding } from './ending.ts'
import type { SessionEventEmitter } from './events.ts'
import { beginHeir, isEmpty, isWithheld, type Succession } from './heirs.ts'
import { type LiveSession, noteOf } from './live-session.ts'
import type { Opening } from './opening.ts'
import { Operations } from './operations.ts'
import { provenanceOf } from './provenance.ts'
import type { Reading } from './reading.ts'
import { ALLOWANCE, type Rotation } from './rotating.ts'
import { isChangedInSecret, type SaveOutcome } from './saving.ts'
import { touchSession } from './touching.ts'
import { endSession, readSession, rotateSession, saveSession } from './traced-sessions.ts'

/** What requests ask of a store, bounded in number and in time. */
export class SessionRequests {
  readonly #opening: Opening
  readonly #events: SessionEventEmitter
  readonly #operations: Operations

  constructor(opening: Opening, events: SessionEventEmitter, operationTimeout: number) {
    this.#opening = opening
    this.#events = events
    this.#operations = new Operations(operationTimeout)
  }

  /** How many wait now. */
  get waiting(): number {
    return this.#operations.waiting
  }

  read(id: string): Reading | Promise<Reading> {
    return this.#run((core) => readSession(core, id))
  }

  /** @param succession - of the new session of a `regenerate()` */
  async save(id: string, session: LiveSession, succession: Succession | undefined): Promise<SaveOutcome> {
    if (succession) beginHeir(this.#events, session, succession)
    return this.#noting(session, async (core, deadline) => {
      if (noteOf(session).isRefused) throw new RegenerateError()
      if (isWithheld(session)) return 'unchanged'
      return saveSession(core, id, session, deadline, succession?.oldId)
    })
  }

  /** Ends a session, also by an old id. */
  async end(id: string): Promise<Finding> {
    return this.#run((core, deadline) => endSession(core, id, { deadline, follows: true }))
  }

  /**
   * Ends a session, and stores the one that takes its place in `regenerate()`. One that takes something along gets it only
   * if this ended the old one; by an old id nothing is handed over, and nothing ends.
   */
  async replace(oldId: string, replaced: object, id: string, heir: LiveSession): Promise<SaveOutcome> {
    const note = noteOf(heir)
    note.origin = 'new'
    // Until the old one is known to have ended. An error may reach the application before that is known.
    note.isRefused = true
    const loaded = provenanceOf(replaced)
    return this.#noting(heir, async (core, deadline) => {
      const end = async (follows: boolean) => {
        const finding = await endSession(core, oldId, { deadline, follows, loaded })
        note.isRefused = false
        return finding
      }
      const old = { id: oldId, wasStored: loaded !== undefined, end: () => end(false) }
      if (!isEmpty(heir) && !core.freshIds.has(oldId)) return saveSession(core, id, heir, deadline, oldId, old)
      await end(true)
      return saveSession(core, id, heir, deadline, oldId)
    })
  }

  async touch(id: string, session: LiveSession): Promise<void> {
    return this.#run((core) => touchSession(core, id, session))
  }

  /** Moves a stored session to another id, and says whether it did; see {@link rotateSession}. */
  async rotate(rotation: Rotation): Promise<boolean> {
    return this.#run((core, deadline) => rotateSession(core, rotation, deadline), ALLOWANCE)
  }

  /** Whether the id has a session that was not ended: for ids that are sent again. */
  async isPresent(id: string): Promise<boolean> {
    return this.#run(async (core) => (await core.findRow(sidOf(id)))?.endedAt === null)
  }

  /** Whether a stored session differs from its row in a way that a comparison through JSON cannot see. */
  isChangedInSecret(session: object): boolean {
    const { core } = this.#opening
    return core !== undefined && isChangedInSecret(core, session as LiveSession)
  }

  /** Notes whether the save of a session fails. At once when the store is open: it is to be stored as it is now. */
  async #noting(
    session: LiveSession,
    save: (core: StoreCore, deadline: Deadline) => Promise<SaveOutcome>,
  ): Promise<SaveOutcome> {
    try {
      const outcome = await this.#run(save)
      noteOf(session).isUnsaved = false
      return outcome
    } catch (error) {
      noteOf(session).isUnsaved = true
      throw error
    }
  }

  #run<Result>(
    work: (core: StoreCore, deadline: Deadline) => Result | Promise<Result>,
    allowance?: number,
  ): Result | Promise<Result> {
    const { core } = this.#opening
    try {
      return this.#operations.run(
        (deadline) => (core ? work(core, deadline) : this.#opening.open().then((opened) => work(opened, deadline))),
        allowance,
      )
    } catch (error) {
      return Promise.reject(error)
    }
  }
}
