import { EventEmitter } from 'node:events'
import type { EndReason } from '../../database/contract/session-database.ts'
import { isSubscribed, publishEvent } from '../../instruments/channels.ts'
import type { OperationName, OperationOf, SessionOperation, Source } from '../../instruments/operation.ts'
import type { UnreadableReason } from '../../payload/sealed-payload.ts'

/** What the store tells about itself. A `sid` is in its readable form, `2::<64 hex>`; no event holds an id or data. */
export interface SessionEvents {
  /** The first save of a session; also of the one that `regenerate()` begins. */
  created: [{ sid: string }]
  /** A session went on under a new id. */
  regenerated: [{ sid: string; previousSid: string }]
  /** A request named a session that its idle or its absolute timeout had ended. */
  expired: [{ sid: string; reason: 'idle' | 'absolute' }]
  /** Sessions were ended by `revoke`; `sessions` says how many. */
  revoked: [{ sessions: number }]
  /** A session was ended because its user had more than `maxPerUser`. */
  evicted: [{ sid: string }]
  /** A save met a newer version of the session and was merged; `keys` are those that both sides had changed. */
  conflict: [{ sid: string; keys: string[] }]
  /** A save came for a session that had ended or was not there any more; nothing was written. */
  gone: [{ sid: string }]
  /** A row that does not open, so that its user has no session; the row is left for an operator to look at. */
  unreadable: [{ sid: string; reason: UnreadableReason }]
  /** A row that is not sealed was taken for a session all the same, because `acceptUnencrypted` is on. */
  unencrypted: [{ sid: string }]
  /** The store was opened with `acceptUnencrypted`, whose date `until` is still to come. */
  acceptsUnencrypted: [{ until: Date }]
  /** The current key has been sealing for longer than `warnKeyAge`; `days` says how long. */
  keyAge: [{ days: number }]
  /**
   * A key of `envelopeKeys` that seals nothing: its row has another `created_at` than `since`, epoch milliseconds, which was
   * wrapped with it; or it has no date, as keys of former versions have none.
   */
  misdatedKey: [{ keyId: number; since: number | undefined }]
  /** A call to the key service of `envelopeKeys` has been taking longer than `softTimeout`, which is `ms`. */
  slowKeyService: [{ call: 'wrap' | 'unwrap'; ms: number }]
  /** A request got a 503, because the database or the key provider failed. */
  fault: [{ operation: 'read' | 'write' | 'touch' | 'delete'; error: Error }]
  /** A round of trimming ended, in the background or by call. */
  trimmed: [TrimResult]
  /** So many rounds in a row each left more rows over than the one before: trimming does not keep up. */
  backlog: [{ backlog: number; rounds: number }]
  /** Work in the background that failed; it is tried again when its time comes. */
  backgroundError: [{ work: 'touch' | 'trim' | 'key rotation'; error: Error }]
  /** A session was looked for. */
  read: [OperationOf<ReadOutcome>]
  /** A session was to be saved. */
  write: [OperationOf<WriteOutcome>]
  /** The last use of sessions was renewed, of many at once. */
  touch: [OperationOf<'touched'>]
  /** A session was ended, or many were by `revoke`. */
  delete: [OperationOf<DeleteOutcome>]
  /** Rows of expired and ended sessions were deleted. */
  trim: [OperationOf<'complete' | 'partial'>]
  /** Payloads were sealed with the current key. */
  reencrypt: [OperationOf<'complete' | 'partial'>]
  /** Migrations were applied. */
  migrate: [OperationOf<'migrated'>]
}

/**
 * The store's emitter. What it emits goes to the channels of the process too. A listener that throws is an uncaught
 * exception, as a subscriber of a channel is, and never the failure of somebody's request.
 */
export class SessionEventEmitter extends EventEmitter<SessionEvents> {
  /** The table; undefined until it is known. */
  source: Source | undefined

  /** Whether anybody would hear this, so that others need not find out what there is to tell. */
  hears(name: keyof SessionEvents): boolean {
    return this.listenerCount(name) > 0 || isSubscribed(name)
  }

  override emit(name: OperationName, operation: SessionOperation): boolean
  override emit<Name extends keyof SessionEvents>(name: Name, ...event: SessionEvents[Name]): boolean
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

/** A session was found, or why there is none. */
export type ReadOutcome = 'found' | EndReason

/** `'gone'` when the session had ended meanwhile, and nothing was written; `'rotated'` when it got another id. */
export type WriteOutcome = 'created' | 'updated' | 'rotated' | 'unchanged' | 'gone'

/** `'absent'` when there was no such session to end. */
export type DeleteOutcome = 'destroyed' | 'absent' | 'revoked'

/** What one round of trimming did. */
export interface TrimResult {
  /** Rows deleted. */
  trimmed: number
  /** Statements that deleted them, or found none to delete. */
  batches: number
  /** Whether nothing that may be deleted was left. */
  complete: boolean
  /**
   * Why it stopped: `done`, nothing was left; `rows` and `time`, a limit; `aborted`, by the signal; `closed`, with the
   * store; `locked`, because another process trims.
   */
  stopped: TrimStop
  /** How long it took, in milliseconds. */
  durationMs: number
  /**
   * Rows left that may be deleted, counted up to 10,000: that many means as many or more. Undefined where they could not
   * be counted.
   */
  backlog: number | undefined
}

export type TrimStop = 'done' | 'rows' | 'time' | 'aborted' | 'closed' | 'locked'
