import type { SessionEventEmitter } from './core/events.ts'
import type { Callback, SessionCallback } from './host-callbacks.ts'
import { callBackFor } from './host-callbacks.ts'
import type { LiveSession } from './live/live-session.ts'
import { loadedVersionOf } from './live/loaded-version.ts'
import { type Succession, successionOf } from './requests/heirs.ts'
import type { Reading } from './requests/reading.ts'
import type { Asker } from './requests/unproven.ts'
import type { SessionRequests } from './session-requests.ts'

/** What the host is doing, until its synchronous call or our synchronous callback returns. */
export interface HostCall {
  /** The host receives the result of a read; it makes a new id when there is no session. */
  readonly reading?: Reading | undefined
  /** The old session of a `regenerate()` was ended; the host stores the new session next. */
  readonly succession?: Succession
}

/**
 * The methods that @fastify/session calls: `get`, `set`, `destroy`, `touch`. The host does not say why it calls them:
 * `regenerate()` ends the old session, and stores the new session in the callback, also after a failure.
 */
export class HostProtocol<Call extends HostCall = HostCall> {
  readonly #requests: SessionRequests
  readonly #events: SessionEventEmitter
  #call: Partial<Call> = {}

  constructor(requests: SessionRequests, events: SessionEventEmitter) {
    this.#requests = requests
    this.#events = events
  }

  /**
   * Passes the session of an id to the host, or null when there is none.
   *
   * @param found - what was found already, if anything
   * @param asker - who asks, and what the request shows of its device
   */
  get(id: string, callback: SessionCallback, found?: Reading, asker?: Asker): void {
    callBackFor(this.#events, 'read', found ?? this.#requests.read(id, asker), (error, reading) => {
      this.during({ reading } as Partial<Call>, () => callback(error, (reading?.session ?? null) as never))
    })
  }

  /** Stores a session, merged with changes that other requests stored meanwhile. Writes nothing after it has ended. */
  set(id: string, session: object, callback: Callback): void {
    const succession = loadedVersionOf(session) ? undefined : this.call.succession
    const saving = this.#requests.save(id, session as LiveSession, succession)
    callBackFor(this.#events, 'write', saving, (error) => callback(error))
  }

  /** Ends a session permanently. An old id of a rotated session ends that session too. */
  destroy(id: string, callback: Callback): void {
    callBackFor(this.#events, 'delete', this.#requests.end(id), (error, finding) => {
      const succession = successionOf(id, error, finding)
      this.during({ succession } as Partial<Call>, () => callback(error))
    })
  }

  /** Renews the last use of a session. @fastify/session never calls it, and a read renews the last use too. */
  touch(id: string, session: object, callback: Callback): void {
    callBackFor(this.#events, 'touch', this.#requests.touch(id, session as LiveSession), (error) => callback(error))
  }

  /** What the host is doing now. */
  get call(): Partial<Call> {
    return this.#call
  }

  /** Notes what the host does until {@link finish}, when it calls back later. */
  protected begin(call: Partial<Call>): void {
    this.#call = call
  }

  protected finish(call: Partial<Call>): void {
    if (this.#call === call) this.#call = {}
  }

  /** Notes what the host does while `work` runs. */
  protected during<Result>(call: Partial<Call>, work: () => Result): Result {
    this.begin(call)
    try {
      return work()
    } finally {
      this.finish(call)
    }
  }
}
