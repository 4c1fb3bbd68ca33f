import { EventEmitter } from 'node:events'
import type { EndReason } from '../../database/contract/session-database.ts'
import { isSubscribed, publishEvent } from '../../instruments/channels.ts'
import type { OperationName, OperationOf, SessionOperation, Source } from '../../instruments/operation.ts'
import type { Change } from '../../metadata/suspicion.ts'
import type { UnreadableReason } from '../../payload/sealed-payload.ts'

/** The events of the store. A `sid` has its readable form, `2::<64 hex>`; no event contains an id or session data. */
export interface SessionEvents {
  /** The first save of a session, also of the session that `regenerate()` begins. */
  created: [{ sid: string }]
  /** A session continues under a new id. */
  regenerated: [{ sid: string; previousSid: string }]
  /** A request named a session that has expired by its idle or absolute timeout. */
  expired: [{ sid: string; reason: 'idle' | 'absolute' }]
  /**
   * An old id was used after its overlap, while later ids of its session are in use: two parties hold the session.
   * `previousSid` is the old id, `sid` the current one, and `isEnded` whether `onReuse: 'end'` ended the session.
   */
  reused: [{ sid: string; previousSid: string; isEnded: boolean }]
  /** A session changed its country or its kind of device faster than its user can have; see the option `suspicious`. */
  suspicious: [{ sid: string; elapsedMs: number; distanceKm?: number; country?: Change; device?: Change }]
  /** `revoke` ended sessions; `sessions` is their number. */
  revoked: [{ sessions: number }]
  /** The store ended a session because its user had more than `maxPerUser`. */
  evicted: [{ sid: string }]
  /** A save was merged with a newer version of the session; `keys` are the keys that both sides changed. */
  conflict: [{ sid: string; keys: string[] }]
  /** A save found that its session has ended or no longer exists; nothing was written. */
  gone: [{ sid: string }]
  /** An operator looked at the content of a session. */
  revealed: [{ sid: string; actor: string }]
  /** A session was bound to the device that it is used on. */
  bound: [{ sid: string }]
  /** A device renewed the proof of its session. */
  proven: [{ sid: string }]
  /** A request named a session that is bound to a device, without a proof of this device; it got no session. */
  unproven: [{ sid: string }]
  /** A row cannot be opened, so its user has no session; the row stays for the operator to inspect. */
  unreadable: [{ sid: string; reason: UnreadableReason }]
  /** An unsealed row was accepted as a session, because `acceptUnencrypted` is on. */
  unencrypted: [{ sid: string }]
  /** The store opened with `acceptUnencrypted`, and its date `until` is in the future. */
  acceptsUnencrypted: [{ until: Date }]
  /** The current key has been sealing for longer than `warnKeyAge`; `days` is the number of days. */
  keyAge: [{ days: number }]
  /**
   * A key of `envelopeKeys` seals nothing. The `created_at` of its row differs from `since`, epoch milliseconds, which
   * was wrapped with the key; or the key has no date, like keys of former versions.
   */
  misdatedKey: [{ keyId: number; since: number | undefined }]
  /** A call to the key service of `envelopeKeys` takes longer than `softTimeout`, which is `ms`. */
  slowKeyService: [{ call: 'wrap' | 'unwrap'; ms: number }]
  /** A part of the metadata of a request is missing, because the function of the application for it failed. */
  metadataFailure: [{ what: 'location' | 'extra'; error: Error }]
  /** A setting of the database may make sessions wrong, limits what can be stored, or costs time; `message` has the fix. */
  databaseWarning: [{ message: string }]
  /** A request got a 503, because the database or the key provider failed. */
  fault: [{ operation: 'read' | 'write' | 'touch' | 'delete'; error: Error }]
  /** A round of trimming ended, in the background or by a call, which may name its `actor`. */
  trimmed: [TrimResult & { actor?: string }]
  /** Each of `rounds` consecutive rounds left more rows than the round before: trimming does not keep up. */
  backlog: [{ backlog: number; rounds: number }]
  /** Events of the history were stored. */
  historyWritten: [{ events: number }]
  /** Events of the history were lost, because too many waited or the database cannot hold them. */
  historyDropped: [{ events: number }]
  /** Work in the background failed; the store tries it again at the next scheduled time. */
  backgroundError: [{ work: 'touch' | 'trim' | 'key rotation' | 'history'; error: Error }]
  /** The store looked up a session. */
  read: [OperationOf<ReadOutcome>]
  /** The store handled the save of a session. */
  write: [OperationOf<WriteOutcome>]
  /** The store renewed the last use of several sessions at once. */
  touch: [OperationOf<'touched'>]
  /** A request ended a session, or `revoke` ended many. */
  delete: [OperationOf<DeleteOutcome>]
  /** The store deleted rows of expired and ended sessions. */
  trim: [OperationOf<'complete' | 'partial'>]
  /** The store sealed payloads with the current key. */
  reencrypt: [OperationOf<'complete' | 'partial'>]
  /** The store applied migrations. */
  migrate: [OperationOf<'migrated'>]
}

/**
 * The store's emitter. Its events also go to the channels of the process. A listener that throws causes an uncaught
 * exception, as a subscriber of a channel does, and never fails a request.
 */
export class SessionEventEmitter extends EventEmitter<SessionEvents> {
  /** The table; undefined until the database is open. */
  source: Source | undefined

  /** Whether an event has a listener or subscriber, so that the caller can skip the work of preparing it. */
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

/** `'found'`, or why there is no session. */
export type ReadOutcome = 'found' | EndReason

/**
 * `'gone'` when the session had already ended, and nothing was written; `'rotated'` when it got another id, and
 * `'renewed'` when `rotateEvery` gave it one.
 */
export type WriteOutcome = 'created' | 'updated' | 'rotated' | 'renewed' | 'unchanged' | 'gone'

/** `'absent'` when there was no session to end. */
export type DeleteOutcome = 'destroyed' | 'absent' | 'revoked'

/** The result of one round of trimming. */
export interface TrimResult {
  /** Rows deleted. */
  trimmed: number
  /** Events of the history deleted; absent without the option `history`. */
  events?: number
  /** Statements that deleted rows or found none. */
  batches: number
  /** Whether no row is left that may be deleted. */
  complete: boolean
  /**
   * Why the round stopped: `done`, no rows are left; `rows` and `time`, it reached a limit; `aborted`, by the signal;
   * `closed`, the store closes; `locked`, another process trims.
   */
  stopped: TrimStop
  /** The duration of the round, in milliseconds. */
  durationMs: number
  /**
   * Rows left that may be deleted, counted up to 10,000, which means 10,000 or more. Undefined if they could not be
   * counted.
   */
  backlog: number | undefined
}

export type TrimStop = 'done' | 'rows' | 'time' | 'aborted' | 'closed' | 'locked'
