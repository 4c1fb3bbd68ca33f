import type { EndReason } from '../database/contract/session-database.ts'
import { ConfiguredStore } from './configured-store.ts'
import type { StoreCore } from './core/core.ts'
import { SessionEventEmitter } from './core/events.ts'
import { FreshIds, RotatedIds } from './core/session-ids.ts'
import { type Health, healthOf } from './health.ts'
import type { Callback, SessionCallback } from './host-callbacks.ts'
import { HostProtocol } from './host-protocol.ts'
import type { Visitor } from './live/live-session.ts'
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
export class StoredSessionStore extends ConfiguredStore {
  /** The events of the store, for `store.events.on()`. */
  readonly events = new SessionEventEmitter()
  /** Ids that this process made for new sessions: ending an unstored session costs no statement. @internal */
  readonly freshIds = new FreshIds()
  /** Ids that this process rotated recently. @internal */
  readonly rotatedIds = new RotatedIds()
  /** The operations of requests, as promises. @internal */
  readonly requests: SessionRequests
  readonly #options: CheckedStoreOptions
  readonly #opening: Opening
  readonly #host: HostProtocol

  /**
   * Checks the options. The database opens later.
   *
   * @param options - the options
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, naming every fault
   */
  constructor(options: StoreOptions)
  /** Uses checked options without a second check. `triesStorage`: opening writes two sessions. @internal */
  constructor(options: StoreOptions | CheckedStoreOptions, triesStorage?: boolean)
  constructor(options: StoreOptions | CheckedStoreOptions, triesStorage = true) {
    const checked = checkedStoreOptions(options ?? {})
    super(checked)
    this.#options = checked
    this.#opening = new Opening(this.#options, this, triesStorage)
    this.requests = new SessionRequests(this.#opening, this.events, this.#options.operationTimeout)
    this.#host = new HostProtocol(this.requests, this.events)
  }

  /**
   * Opens the database, and begins trimming.
   *
   * @throws `FST_STORED_SESSION_UNREACHABLE`, `FST_STORED_SESSION_MISSING_DRIVER`, `FST_STORED_SESSION_MISSING_TABLE`,
   * `FST_STORED_SESSION_WRONG_SETTINGS`, `FST_STORED_SESSION_MIGRATION_FAILED` and `FST_STORED_SESSION_INVALID_KEY`
   */
  async ready(): Promise<void> {
    await this.open()
  }

  /**
   * Passes the session of an id to the host, or null when there is none.
   *
   * @param id - the session id in plaintext
   * @param callback - gets an error, or null and the session
   */
  get(id: string, callback: SessionCallback): void {
    this.#host.get(id, callback)
  }

  /**
   * Stores a session, merged with changes that other requests stored meanwhile. Writes nothing after it has ended.
   *
   * @param id - the session id in plaintext
   * @param session - the session as the host has it
   * @param callback - gets an error, or null
   */
  set(id: string, session: object, callback: Callback): void {
    this.#host.set(id, session, callback)
  }

  /**
   * Ends a session permanently. An old id of a rotated session ends that session too.
   *
   * @param id - the session id in plaintext
   * @param callback - gets an error, or null
   */
  destroy(id: string, callback: Callback): void {
    this.#host.destroy(id, callback)
  }

  /**
   * Renews the last use of a session. @fastify/session never calls it, and a read renews the last use too.
   *
   * @param id - the session id in plaintext
   * @param session - the session as the host has it
   * @param callback - gets an error, or null
   */
  touch(id: string, session: object, callback: Callback): void {
    this.#host.touch(id, session, callback)
  }

  /** Moves a stored session to another id; false when it keeps its id. @internal */
  async rotate(rotation: Rotation): Promise<boolean> {
    return this.requests.rotate(rotation)
  }

  /** Why the id that the host asked for has no session. Defined only while the callback of {@link get} runs. */
  get endReason(): EndReason | undefined {
    return this.#host.call.reading?.reason
  }

  /**
   * Deletes the rows of expired and ended sessions, unless another process does. Concurrent calls share one round.
   *
   * @param options - how many rows, how fast, and for how long
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS` and `FST_STORED_SESSION_UNAVAILABLE`
   */
  async trim(options?: TrimOptions): Promise<TrimResult> {
    await this.open()
    return this.#opening.trimmer!.trim(options)
  }

  /** Trims in the background; a failure is an event. */
  trimInBackground(): void {
    this.#opening.trimmer?.runInBackground()
  }

  /** Writes pending touches and events of the history now. Never rejects: a failure is an event. */
  async flush(): Promise<void> {
    const core = await this.#opening.opened()
    await Promise.all([core?.rows.flush(), core?.history?.flush()])
  }

  /** Notes the client of the request that uses the session of an id, for the history. @internal */
  noteVisitor(id: string, visitor: Visitor): void {
    this.#opening.core?.history?.noteVisitor(id, visitor)
  }

  /** Events of the history that wait to be stored. */
  get historyWaiting(): number {
    return this.#opening.core?.history?.waiting ?? 0
  }

  /**
   * Checks the database and the key provider, for at most `operationTimeout`; never rejects. At most once in 30 seconds it
   * writes two sessions, reads them back, and deletes them.
   */
  health(): Promise<Health> {
    return healthOf(() => this.open(), this.#options, { waiting: this.requests.waiting, writes: true })
  }

  /** Checks the database and the key provider as {@link health} does, by one statement that changes no row. */
  probe(): Promise<Health> {
    return healthOf(() => this.open(), this.#options, { waiting: this.requests.waiting, writes: false })
  }

  /** Finishes running work within 2 seconds, and closes everything that the store opened. A second call is harmless. */
  close(): Promise<void> {
    return this.#opening.close()
  }

  protected override open(): Promise<StoreCore> {
    return this.#opening.open()
  }
}
