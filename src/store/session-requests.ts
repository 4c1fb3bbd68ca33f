import { RegenerateError } from '../errors.ts'
import { sidOf } from '../payload/session-id.ts'
import type { StoreCore } from './core.ts'
import type { Deadline } from './deadline.ts'
import type { Finding } from './ending.ts'
import type { SessionEventEmitter } from './events.ts'
import { beginHeir, isWithheld, type Succession } from './heirs.ts'
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
    try {
      // At once when the store is open: what is to be stored is the session as it is now.
      const outcome = await this.#run((core, deadline) => save(core, id, session, deadline, succession))
      noteOf(session).isUnsaved = false
      return outcome
    } catch (error) {
      noteOf(session).isUnsaved = true
      throw error
    }
  }

  /** @param replaced - the session that `regenerate()` is about to replace: by an old id it ends nothing */
  async end(id: string, replaced: object | undefined): Promise<Finding> {
    const loaded = replaced && provenanceOf(replaced)
    return this.#run((core, deadline) => endSession(core, id, { deadline, follows: !replaced, loaded }))
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

async function save(
  core: StoreCore,
  id: string,
  session: LiveSession,
  deadline: Deadline,
  succession: Succession | undefined,
): Promise<SaveOutcome> {
  if (noteOf(session).isRefused) throw new RegenerateError()
  if (isWithheld(session)) return 'unchanged'
  // Who begins another session by an old id, and takes nothing along, does not end the rotated session.
  const leaves = succession?.isByOldId && !noteOf(session).isWithheld
  if (leaves) await endSession(core, succession.oldId, { deadline, follows: true })
  return saveSession(core, id, session, deadline, succession?.oldId)
}
