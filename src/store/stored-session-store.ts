import type { EndReason } from '../database/session-database.ts'
import { sidOf } from '../payload/session-id.ts'
import type { Callback, SessionCallback } from './answer.ts'
import { checkedStoreOptions } from './check-store-options.ts'
import type { LiveSession } from './content.ts'
import type { StoreCore } from './core.ts'
import type { Deadline } from './deadline.ts'
import { SessionEventEmitter } from './events.ts'
import { answerFor } from './faults.ts'
import { FreshIds } from './fresh-ids.ts'
import { type Health, healthOf } from './health.ts'
import { Heirs, type Succession, successionOf } from './heirs.ts'
import { SessionManagement } from './management.ts'
import { Opening } from './opening.ts'
import { Operations } from './operations.ts'
import { provenanceOf } from './provenance.ts'
import type { Reading } from './reading.ts'
import { RotatedIds } from './rotated-ids.ts'
import { ALLOWANCE, type Rotation } from './rotating.ts'
import { isChangedInSecret } from './saving.ts'
import type { CheckedStoreOptions, StoreOptions } from './store-options.ts'
import { touchSession } from './touching.ts'
import { endSession, readSession, rotateSession } from './traced-sessions.ts'
import type { TrimOptions, TrimResult } from './trimming.ts'

/**
 * The store that @fastify/session calls: `get`, `set`, `destroy`, `touch`. It works without a server, and opens its
 * database at the first call, or at {@link ready}.
 *
 * @example
 * ```ts
 * const store = new StoredSessionStore({ database: 'sqlite:sessions.db', secret })
 * await app.register(fastifySession, { store, secret, rolling: false, saveUninitialized: false })
 * app.addHook('onClose', () => store.close())
 * ```
 */
export class StoredSessionStore extends SessionManagement {
  /** What the store tells about itself. */
  readonly events = new SessionEventEmitter()
  /** Ids that were made here for new sessions: ending one that is not stored costs no statement. */
  readonly freshIds = new FreshIds()
  /** Ids that were rotated here lately. */
  readonly rotatedIds = new RotatedIds()
  /** The new sessions of `regenerate()`. */
  readonly heirs = new Heirs(this.events)
  /** Live sessions whose last save failed. */
  readonly unsaved = new WeakSet<object>()
  readonly #options: CheckedStoreOptions
  readonly #operations: Operations
  readonly #opening: Opening
  // What holds while a callback runs, and for what the host calls inside it.
  #reading: Reading | undefined
  #replaced: object | undefined
  #succession: Succession | undefined

  /** @throws `FST_STORED_SESSION_INVALID_OPTIONS`, naming every fault */
  constructor(options: StoreOptions) {
    super()
    this.#options = checkedStoreOptions(options ?? {})
    this.#operations = new Operations(this.#options.operationTimeout)
    this.#opening = new Opening(this.#options, this)
  }

  /** Opens the database, and begins trimming. @throws `FST_STORED_SESSION_*`, as the table of errors has them */
  async ready(): Promise<void> {
    await this.open()
  }

  /** Hands the session of an id to the host, or null when there is none (any more). */
  get(id: string, callback: SessionCallback): void {
    const read = (core: StoreCore) => readSession(core, id)
    answerFor(this.events, 'read', this.#run(read), (error, found) => {
      this.#reading = found
      try {
        callback(error, (found?.session ?? null) as never)
      } finally {
        this.#reading = undefined
      }
    })
  }

  /** Stores a session as it is now, merged with what others stored meanwhile. Writes nothing once it has ended. */
  set(id: string, session: object, callback: Callback): void {
    const live = session as LiveSession
    const succession = this.#succession
    if (succession && !provenanceOf(live)) this.heirs.begin(live, succession)
    const save = (core: StoreCore, deadline: Deadline) => this.heirs.save(core, id, live, deadline, succession)
    answerFor(this.events, 'write', this.#run(save), (error) => {
      this.unsaved[error ? 'add' : 'delete'](session)
      callback(error)
    })
  }

  /** Ends a session for ever; by the old id of one that was rotated, the session that goes on. */
  destroy(id: string, callback: Callback): void {
    const replaced = this.#replaced
    this.#replaced = undefined
    const loaded = replaced && provenanceOf(replaced as LiveSession)
    const end = (core: StoreCore, deadline: Deadline) => endSession(core, id, { deadline, follows: !replaced, loaded })
    answerFor(this.events, 'delete', this.#run(end), (error, finding) => {
      // The host's regenerate() goes on to set() the new session, inside this callback, whatever the error.
      this.#succession = successionOf(id, error, finding, replaced)
      try {
        callback(error)
      } finally {
        this.#succession = undefined
      }
    })
  }

  /** Notes that the next {@link destroy} is for `regenerate()` to replace this session: by an old id it ends nothing. */
  noteReplaced(session: object | undefined): void {
    this.#replaced = session
  }

  /** Renews the last use of a session. @fastify/session never calls it; reading does the same by itself. */
  touch(id: string, session: object, callback: Callback): void {
    const touch = (core: StoreCore) => touchSession(core, id, session as LiveSession)
    answerFor(this.events, 'touch', this.#run(touch), (error) => callback(error))
  }

  /** Moves a stored session to another id, and says whether it did; see {@link rotateSession}. */
  async rotate(rotation: Rotation): Promise<boolean> {
    return this.#run((core, deadline) => rotateSession(core, rotation, deadline), ALLOWANCE)
  }

  /** Whether there is a session under an id that nobody has ended: for ids that are sent once more. */
  async isPresent(id: string): Promise<boolean> {
    return this.#run(async (core) => (await core.findRow(sidOf(id)))?.endedAt === null)
  }

  /** Deletes the rows of sessions that are over, unless another process does. Two calls at a time are one. */
  async trim(options?: TrimOptions): Promise<TrimResult> {
    await this.open()
    return this.#opening.trimmer!.trim(options)
  }

  /** Trims without anybody waiting for it; a failure is an event. */
  trimInBackground(): void {
    this.#opening.trimmer?.runInBackground()
  }

  /** Writes now what waits to be written in the background, the last uses of sessions. Never rejects: a failure is an event. */
  async flush(): Promise<void> {
    await (await this.#opening.opened())?.touches.flush()
  }

  /** Asks database and key provider how they are, for at most `operationTimeout`; never rejects. */
  health(): Promise<Health> {
    return healthOf(() => this.open(), this.#options, this.#operations.waiting)
  }

  /** Whether the id that the host asked for is an old one of a session that may go on: as {@link endReason}. */
  get isOldId(): boolean {
    return this.#reading?.isOldId ?? false
  }

  /** Why that id has no session: while the callback of {@link get} runs, and only then. */
  get endReason(): EndReason | undefined {
    return this.#reading?.reason
  }

  /** Whether the host is about to store the new session of a `regenerate()`: while the callback of {@link destroy} runs. */
  get isSucceeding(): boolean {
    return this.#succession !== undefined
  }

  /** Whether a stored session differs from its row in a way that a comparison through JSON cannot see. */
  isChangedInSecret(session: object): boolean {
    const { core } = this.#opening
    return core !== undefined && isChangedInSecret(core, session as LiveSession)
  }

  /** Finishes what was begun, within 2 seconds, and closes what was opened here. Twice is harmless. */
  close(): Promise<void> {
    return this.#opening.close()
  }

  // At once when the store is open: what is to be stored is the session as it is now.
  #run<Result>(
    work: (core: StoreCore, deadline: Deadline) => Result | Promise<Result>,
    allowance?: number,
  ): Result | Promise<Result> {
    const { core } = this.#opening
    try {
      return this.#operations.run(
        (deadline) => (core ? work(core, deadline) : this.open().then((opened) => work(opened, deadline))),
        allowance,
      )
    } catch (error) {
      return Promise.reject(error)
    }
  }

  protected override open(): Promise<StoreCore> {
    return this.#opening.open()
  }
}
