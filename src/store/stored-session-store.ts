import type { EndReason } from '../database/contract/session-database.ts'
import type { StoreCore } from './core/core.ts'
import { SessionEventEmitter } from './core/events.ts'
import { FreshIds, RotatedIds } from './core/session-ids.ts'
import { type Health, healthOf } from './health.ts'
import type { Callback, SessionCallback } from './host-callbacks.ts'
import { HostProtocol } from './host-protocol.ts'
import { SessionManagement } from './management/management.ts'
import { Opening } from './opening.ts'
import { checkedStoreOptions } from './options/check-store-options.ts'
import type { CheckedStoreOptions, StoreOptions } from './options/store-options.ts'
import type { Rotation } from './requests/rotating.ts'
import { SessionRequests } from './session-requests.ts'
import type { TrimOptions, TrimResult } from './trimming/trimming.ts'

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
  /** What requests ask of it, as promises. */
  readonly requests: SessionRequests
  readonly #options: CheckedStoreOptions
  readonly #opening: Opening
  readonly #host: HostProtocol

  /**
   * @param options - the options; such as were checked already are taken as they are
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, naming every fault
   */
  constructor(options: StoreOptions | CheckedStoreOptions) {
    super()
    this.#options = checkedStoreOptions(options ?? {})
    this.#opening = new Opening(this.#options, this)
    this.requests = new SessionRequests(this.#opening, this.events, this.#options.operationTimeout)
    this.#host = new HostProtocol(this.requests, this.events)
  }

  /** Opens the database, and begins trimming. @throws `FST_STORED_SESSION_*`, as the table of errors has them */
  async ready(): Promise<void> {
    await this.open()
  }

  /** Hands the session of an id to the host, or null when there is none (any more). */
  get(id: string, callback: SessionCallback): void {
    this.#host.get(id, callback)
  }

  /** Stores a session as it is now, merged with what others stored meanwhile. Writes nothing once it has ended. */
  set(id: string, session: object, callback: Callback): void {
    this.#host.set(id, session, callback)
  }

  /** Ends a session permanently; by the old id of one that was rotated, the rotated session. */
  destroy(id: string, callback: Callback): void {
    this.#host.destroy(id, callback)
  }

  /** Renews the last use of a session. @fastify/session never calls it; reading does the same by itself. */
  touch(id: string, session: object, callback: Callback): void {
    this.#host.touch(id, session, callback)
  }

  /** Moves a stored session to another id, and says whether it did. */
  async rotate(rotation: Rotation): Promise<boolean> {
    return this.requests.rotate(rotation)
  }

  /** Why the id that the host asked for has no session: while the callback of {@link get} runs, and only then. */
  get endReason(): EndReason | undefined {
    return this.#host.call.reading?.reason
  }

  /** Deletes the rows of expired and ended sessions, unless another process does. Two calls at a time are one. */
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
    await (await this.#opening.opened())?.rows.flush()
  }

  /** Asks database and key provider how they are, for at most `operationTimeout`; never rejects. */
  health(): Promise<Health> {
    return healthOf(() => this.open(), this.#options, this.requests.waiting)
  }

  /** Finishes what was begun, within 2 seconds, and closes what was opened here. Twice is harmless. */
  close(): Promise<void> {
    return this.#opening.close()
  }

  protected override open(): Promise<StoreCore> {
    return this.#opening.open()
  }
}
