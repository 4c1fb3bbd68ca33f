import { EventEmitter } from 'node:events'
import { isSubscribed, publishEvent } from '../../instruments/channels.ts'
import type { OperationName, SessionOperation, Source } from '../../instruments/operation.ts'
import type { SessionEvents } from './session-events.ts'

export type { DeleteOutcome, ReadOutcome, WriteOutcome } from './operation-events.ts'
export type { TrimResult, TrimStop } from './service-events.ts'
export type { SessionEvent, SessionEvents } from './session-events.ts'

/**
 * The emitter of a store: listen with `on`, as to any emitter of Node. Its events also go to the channels of the process.
 * A listener that throws causes an uncaught exception, as a subscriber of a channel does, and never fails a request.
 *
 * @example
 * ```ts
 * const store = new StoredSessionStore({ database, secret })
 * store.events.on('revoked', ({ sessions }) => console.log(`${sessions} sessions were revoked`))
 * ```
 */
export class SessionEventEmitter extends EventEmitter<SessionEvents> {
  /** The table; undefined until the database is open. @internal */
  source: Source | undefined

  /** Whether an event has a listener or subscriber, so that the caller can skip the work of preparing it. @internal */
  hears(name: keyof SessionEvents): boolean {
    return this.listenerCount(name) > 0 || isSubscribed(name)
  }

  /** @internal */
  override emit(name: OperationName, operation: SessionOperation): boolean
  /** @internal */
  override emit<Name extends keyof SessionEvents>(name: Name, ...event: SessionEvents[Name]): boolean
  /** @internal */
  override emit(name: keyof SessionEvents, event: object): boolean {
    publishEvent(name, event, this.source)
    for (const listener of this.rawListeners(name)) callApart(listener, this, event)
    return this.listenerCount(name) > 0
  }
}

function callApart(listener: (event: never) => void, emitter: object, event: object): void {
  try {
    listener.call(emitter, event as never)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
