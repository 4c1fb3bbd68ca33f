import type { EndReason } from '../database/session-database.ts'
import { RegenerateError, UnavailableError } from '../errors.ts'
import type { Callback, SessionCallback } from './answer.ts'
import { checkedStoreOptions } from './check-store-options.ts'
import { closeCore } from './closing.ts'
import type { LiveSession } from './content.ts'
import type { StoreCore } from './core.ts'
import { SessionEventEmitter } from './events.ts'
import { answerFor } from './faults.ts'
import { FreshIds } from './fresh-ids.ts'
import { type Health, healthOf } from './health.ts'
import { warnOfOldKey } from './key-age.ts'
import { SessionManagement } from './management.ts'
import { openCore } from './open-core.ts'
import { Operations } from './operations.ts'
import { provenanceOf } from './provenance.ts'
import type { Rotation } from './rotating.ts'
import { isChangedInSecret } from './saving.ts'
import type { CheckedStoreOptions, StoreOptions } from './store-options.ts'
import { touchSession } from './touching.ts'
import { endSession, readSession, rotateSession, saveSession } from './traced-sessions.ts'
import { Trimmer, type TrimOptions, type TrimResult } from './trimming.ts'
import { warnOfUnencrypted } from './unencrypted-mode.ts'

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
  readonly #options: CheckedStoreOptions
  readonly #operations: Operations
  readonly #freshIds = new FreshIds()
  #opening: Promise<StoreCore> | undefined
  #core: StoreCore | undefined
  #trimmer: Trimmer | undefined
  #closing: Promise<void> | undefined
  // What holds while a callback runs, and for what the host calls inside it.
  #endReason: EndReason | undefined
  #ending: { readonly id: string; readonly error: unknown } | undefined
  readonly #refused = new WeakSet<object>()
  readonly #unsaved = new WeakSet<object>()

  /** @throws `FST_STORED_SESSION_INVALID_OPTIONS`, naming every fault */
  constructor(options: StoreOptions) {
    super()
    this.#options = checkedStoreOptions(options ?? {})
    this.#operations = new Operations(this.#options.operationTimeout)
  }

  /** Opens the database, and begins trimming. @throws `FST_STORED_SESSION_*`, as the table of errors has them */
  async ready(): Promise<void> {
    await this.open()
  }

  /** Hands the session of an id to the host, or null when there is none (any more). */
  get(id: string, callback: SessionCallback): void {
    const read = (core: StoreCore) => readSession(core, id)
    answerFor(this.events, 'read', this.#run(read), (error, found) => {
      this.#endReason = found?.reason
      try {
        callback(error, (found?.session ?? null) as never)
      } finally {
        this.#endReason = undefined
      }
    })
  }

  /** Stores a session as it is now, merged with what others stored meanwhile. Writes nothing once it has ended. */
  set(id: string, session: object, callback: Callback): void {
    const live = session as LiveSession
    const ending = this.#ending
    if (ending?.error && !provenanceOf(live)) this.#refused.add(session)
    const save = (core: StoreCore) => {
      return this.isRefused(session) ? Promise.reject(new RegenerateError()) : saveSession(core, id, live, ending?.id)
    }
    answerFor(this.events, 'write', this.#run(save), (error) => {
      if (error) this.#unsaved.add(session)
      else this.#unsaved.delete(session)
      callback(error)
    })
  }

  /** Ends a session for ever. */
  destroy(id: string, callback: Callback): void {
    const end = (core: StoreCore) => endSession(core, id)
    answerFor(this.events, 'delete', this.#run(end), (error) => {
      // The host's regenerate() goes on to set() the new session, inside this callback, whatever the error.
      this.#ending = { id, error }
      try {
        callback(error)
      } finally {
        this.#ending = undefined
      }
    })
  }

  /** Renews the last use of a session. @fastify/session never calls it; reading does the same by itself. */
  touch(id: string, session: object, callback: Callback): void {
    const touch = (core: StoreCore) => touchSession(core, id, session as LiveSession)
    answerFor(this.events, 'touch', this.#run(touch), (error) => callback(error))
  }

  /** Moves a stored session to another id, and says whether it did; see {@link rotateSession}. */
  async rotate(rotation: Rotation): Promise<boolean> {
    return this.#run((core) => rotateSession(core, rotation))
  }

  /** Deletes the rows of sessions that are over, unless another process does. Two calls at a time are one. */
  async trim(options?: TrimOptions): Promise<TrimResult> {
    await this.open()
    return this.#trimmer!.trim(options)
  }

  /** Trims without anybody waiting for it; a failure is an event. */
  trimInBackground(): void {
    this.#trimmer?.runInBackground()
  }

  /** Notes an id that was just made for a new session: as long as it is not stored, ending it costs no statement. */
  noteFreshId(id: string): void {
    this.#freshIds.add(id)
  }

  /** Writes now what waits to be written in the background, the last uses of sessions. Never rejects: a failure is an event. */
  async flush(): Promise<void> {
    const core = await this.#opening?.catch(() => undefined)
    await core?.touches.flush()
  }

  /** Asks database and key provider how they are, for at most `operationTimeout`; never rejects. */
  health(): Promise<Health> {
    return healthOf(() => this.open(), this.#options, this.#operations.waiting)
  }

  /** Why the id that the host asked for has no session: while the callback of {@link get} runs, and only then. */
  get endReason(): EndReason | undefined {
    return this.#endReason
  }

  /** Whether this is the new session of a `regenerate()` that could not end the old one. It is never stored. */
  isRefused(session: object): boolean {
    return this.#refused.has(session)
  }

  /** Whether the last attempt to store this session failed. */
  isUnsaved(session: object): boolean {
    return this.#unsaved.has(session)
  }

  /** Whether a stored session differs from its row in a way that a comparison through JSON cannot see. */
  isChangedInSecret(session: object): boolean {
    return this.#core !== undefined && isChangedInSecret(this.#core, session as LiveSession)
  }

  /** Finishes what was begun, within 2 seconds, and closes what was opened here. Twice is harmless. */
  close(): Promise<void> {
    this.#closing ??= closeCore(this.#opening, () => this.#trimmer)
    return this.#closing
  }

  // At once when the store is open: what is to be stored is the session as it is now.
  #run<Result>(work: (core: StoreCore) => Result | Promise<Result>): Result | Promise<Result> {
    const core = this.#closing ? undefined : this.#core
    try {
      return this.#operations.run(() => (core ? work(core) : this.open().then(work)))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  protected override open(): Promise<StoreCore> {
    if (this.#closing) return Promise.reject(new UnavailableError({ cause: new Error('the store is closed') }))
    // A start that failed may be tried again.
    this.#opening ??= this.#begin().catch((error) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #begin(): Promise<StoreCore> {
    const core = await openCore(this.#options, this.events, this.#freshIds)
    this.#trimmer = new Trimmer(core.database, this.events, this.#options)
    this.#trimmer.start()
    warnOfUnencrypted(this.events, this.#options.acceptUnencryptedUntil)
    await warnOfOldKey(core, this.#options.warnKeyAge)
    this.#core = core
    return core
  }
}
