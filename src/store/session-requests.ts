import { EndedError, RegenerateError } from '../errors.ts'
import type { SessionMetadata } from '../metadata/session-metadata.ts'
import type { Binding } from '../payload/binding/sealed-binding.ts'
import type { TokenCodec } from '../payload/binding/token-codec.ts'
import { sidOf } from '../payload/session-id.ts'
import type { SessionEventEmitter } from './core/events.ts'
import { type Operation, perform, type Task } from './core/operation.ts'
import type { Registration } from './devices/bind-session.ts'
import type { FoundDevice } from './devices/find-device.ts'
import { ownerIn } from './history/session-changes.ts'
import { type LiveSession, noteOf } from './live/live-session.ts'
import { loadedVersionOf } from './live/loaded-version.ts'
import { metadataNow } from './metadata/session-uses.ts'
import type { Opening } from './opening.ts'
import { Operations } from './operations.ts'
import type { Finding } from './requests/ending.ts'
import type { IdReading } from './requests/first-reading.ts'
import { beginHeir, isEmpty, isWithheld, type Succession } from './requests/heirs.ts'
import type { Reading } from './requests/reading.ts'
import type { Rotation } from './requests/rotating.ts'
import type { Asker } from './requests/unproven.ts'
import { isChangedUnseen, type SaveOutcome } from './saving/saving.ts'
import type { SessionChange } from './saving/updating.ts'
import { BIND, END, FIND_DEVICE, IS_PRESENT, READ, READ_FIRST, ROTATE, SAVE, TOUCH, UPDATE } from './tasks.ts'

/** The operations of requests, limited in number and in time. */
export class SessionRequests {
  readonly #opening: Opening
  readonly #events: SessionEventEmitter
  readonly #operations: Operations

  constructor(opening: Opening, events: SessionEventEmitter, operationTimeout: number) {
    this.#opening = opening
    this.#events = events
    this.#operations = new Operations(opening, operationTimeout)
  }

  /** The number of operations that wait now. */
  get waiting(): number {
    return this.#operations.waiting
  }

  /** The tokens for devices, once the store is open. */
  get tokens(): TokenCodec {
    return this.#opening.core!.tokenCodec
  }

  read(id: string, asker?: Asker): Reading | Promise<Reading> {
    return this.#operations.run(READ, id, asker)
  }

  /** Reads the first of several ids that has a session; see {@link readFirst}. */
  async readFirst(ids: readonly [string, ...string[]], asker?: Asker): Promise<IdReading> {
    return this.#operations.run(READ_FIRST, ids, asker)
  }

  /**
   * Stores a session as it is now, once the store is open.
   *
   * @param succession - how the old session was found, if this is the new session of a `regenerate()`
   */
  save(id: string, session: LiveSession, succession: Succession | undefined): Promise<SaveOutcome> {
    if (succession) beginHeir(this.#events, session, succession)
    if (noteOf(session).isRefused) return noting(session, Promise.reject(new RegenerateError()))
    if (isWithheld(session)) return noting(session, 'unchanged')
    return noting(session, this.#operations.run(SAVE, id, session, succession && { previousId: succession.oldId }))
  }

  /**
   * Runs a function on a session that has the stored content, and stores the result.
   *
   * @throws `FST_STORED_SESSION_ENDED` when there is no session to change, and what the function throws
   */
  async update(id: string, session: LiveSession, change: SessionChange): Promise<void> {
    if (noteOf(session).isRefused) throw new RegenerateError()
    if ((await this.#operations.run(UPDATE, id, session, change)) === 'gone') throw new EndedError()
    noteOf(session).isUnsaved = false
  }

  /** Ends a session, also by an old id. */
  end(id: string): Finding | Promise<Finding> {
    return this.#operations.run(END, id, { follows: true })
  }

  /**
   * Ends a session, and stores the new session of its `regenerate()`. A new session with content keeps it only if this
   * call ended the old session. With an old id it loses its content, and the old session does not end.
   */
  replace(oldId: string, replaced: object, id: string, heir: LiveSession): Promise<SaveOutcome> {
    const note = noteOf(heir)
    note.origin = 'new'
    // Refused until the old session is known to have ended, because an error may reach the application before that.
    note.isRefused = true
    return noting(heir, this.#operations.run(REPLACE, oldId, replaced, id, heir))
  }

  touch(id: string, session: LiveSession): void | Promise<void> {
    return this.#operations.run(TOUCH, id, session)
  }

  /** Moves a stored session to another id; false when it keeps its id. See {@link rotateSession}. */
  rotate(rotation: Rotation): boolean | Promise<boolean> {
    return this.#operations.run(ROTATE, rotation)
  }

  /** Binds a session to a device; see {@link bindSession}. */
  async bind(registration: Registration): Promise<Binding | undefined> {
    return this.#operations.run(BIND, registration)
  }

  /** Finds the device of a session that a browser names; see {@link findDevice}. */
  async findDevice(ids: readonly string[], name: Buffer): Promise<FoundDevice> {
    return this.#operations.run(FIND_DEVICE, ids, name)
  }

  /** Whether an id has a session that was not ended, for responses that send the id again. */
  async isPresent(id: string): Promise<boolean> {
    return this.#operations.run(IS_PRESENT, id)
  }

  /** Who used a session first and last, as stored; undefined where that is not kept, or its key is not at hand. */
  metadataOf(session: { readonly sessionId: string }): SessionMetadata | undefined {
    const { core } = this.#opening
    const loaded = loadedVersionOf(session)
    if (!core || !loaded?.metadata) return undefined
    const { createdAt, usedAt: touchedAt, metadata } = loaded
    return metadataNow(core.usesCodec, { sid: sidOf(session.sessionId), createdAt, touchedAt, metadata })
  }

  /** The user of a session as it was loaded or last saved; undefined without one. */
  storedUserOf(session: object): string | undefined {
    const { core } = this.#opening
    const loaded = loadedVersionOf(session)
    return core && loaded ? (ownerIn(core, loaded.plaintext) ?? undefined) : undefined
  }

  /** Whether a stored session differs from its row in a way that a comparison of JSON does not show. */
  isChangedUnseen(session: object): boolean {
    const { core } = this.#opening
    return core !== undefined && isChangedUnseen(core, session as LiveSession)
  }
}

/** Ends a session and stores another. Listeners receive two separate operations. */
const REPLACE: Task<[oldId: string, replaced: object, id: string, heir: LiveSession], SaveOutcome> = {
  async work(core, operation: Operation, oldId, replaced, id, heir) {
    const loaded = loadedVersionOf(replaced)
    const end = async (follows: boolean) => {
      const binding = loaded?.hasOldId ? null : loaded?.binding
      const finding = await perform(core, operation, END, oldId, { follows, loaded, session: replaced, binding })
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
