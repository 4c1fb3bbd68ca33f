import type { SessionEventEmitter } from './core/events.ts'
import type { Callback, SessionCallback } from './host-callbacks.ts'
import { callBackFor } from './host-callbacks.ts'
import type { LiveSession } from './live/live-session.ts'
import { loadedVersionOf } from './live/loaded-version.ts'
import { type Succession, successionOf } from './requests/heirs.ts'
import type { Reading } from './requests/reading.ts'
import type { SessionRequests } from './session-requests.ts'

/** What the host is doing, for as long as it calls, or is called, without a pause. */
export interface HostCall {
  /** It is told what an id has yielded: it makes a new id when there is no session. */
  readonly reading?: Reading | undefined
  /** The old session of a `regenerate()` was ended: it stores the new one. */
  readonly succession?: Succession
}

/**
 * What @fastify/session calls a store by: `get`, `set`, `destroy`, `touch`. It says nothing of what it calls them for:
 * `regenerate()` ends the old session, and stores the new one inside the callback of that, whatever came of it.
 */
export class HostProtocol<Call extends HostCall = HostCall> {
  readonly #requests: SessionRequests
  readonly #events: SessionEventEmitter
  #call: Partial<Call> = {}

  constructor(requests: SessionRequests, events: SessionEventEmitter) {
    this.#requests = requests
    this.#events = events
  }

  /** Hands the session of an id to the host, or null when there is none (any more). */
  get(id: string, callback: SessionCallback): void {
    callBackFor(this.#events, 'read', this.#requests.read(id), (error, reading) => {
      this.during({ reading } as Partial<Call>, () => callback(error, (reading?.session ?? null) as never))
    })
  }

  /** Stores a session as it is now, merged with what others stored meanwhile. Writes nothing once it has ended. */
  set(id: string, session: object, callback: Callback): void {
    const succession = loadedVersionOf(session) ? undefined : this.call.succession
    const saving = this.#requests.save(id, session as LiveSession, succession)
    callBackFor(this.#events, 'write', saving, (error) => callback(error))
  }

  /** Ends a session permanently; by the old id of one that was rotated, the rotated session. */
  destroy(id: string, callback: Callback): void {
    callBackFor(this.#events, 'delete', this.#requests.end(id), (error, finding) => {
      const succession = successionOf(id, error, finding)
      this.during({ succession } as Partial<Call>, () => callback(error))
    })
  }

  /** Renews the last use of a session. @fastify/session never calls it; reading does the same by itself. */
  touch(id: string, session: object, callback: Callback): void {
    callBackFor(this.#events, 'touch', this.#requests.touch(id, session as LiveSession), (error) => callback(error))
  }

  /** What the host is doing now. */
  get call(): Partial<Call> {
    return this.#call
  }

  /** Begins what the host does, where it calls back later. */
  protected begin(call: Partial<Call>): void {
    this.#call = call
  }

  protected finish(call: Partial<Call>): void {
    if (this.#call === call) this.#call = {}
  }

  /** What the host does inside of this. */
  protected during<Result>(call: Partial<Call>, work: () => Result): Result {
    this.begin(call)
    try {
      return work()
    } finally {
      this.finish(call)
    }
  }
}
