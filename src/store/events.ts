import { EventEmitter } from 'node:events'
import type { UnreadableReason } from '../payload/sealed-payload.ts'

/** What the store tells about itself. A `sid` is in its readable form, `2::<64 hex>`; no event holds an id or data. */
export interface SessionEvents {
  /** A save met a newer version of the session and was merged; `keys` are those that both sides had changed. */
  conflict: [{ sid: string; keys: string[] }]
  /** A save came for a session that had ended or was not there any more; nothing was written. */
  gone: [{ sid: string }]
  /** A row that does not open, so that its user has no session; the row is left for an operator to look at. */
  unreadable: [{ sid: string; reason: UnreadableReason }]
  /** A row that is not sealed was taken for a session all the same, because `acceptUnencrypted` is on. */
  unencrypted: [{ sid: string }]
  /** The current key has been sealing for longer than `warnKeyAge`; `days` says how long. */
  keyAge: [{ days: number }]
  /** A call to the key service of `envelopeKeys` has been taking longer than `softTimeout`, which is `ms`. */
  slowKeyService: [{ call: 'wrap' | 'unwrap'; ms: number }]
  /** Work in the background that failed; it is tried again when its time comes. */
  backgroundError: [{ work: 'touch' | 'trim' | 'key rotation'; error: Error }]
}

/** The store's emitter. */
export class SessionEventEmitter extends EventEmitter<SessionEvents> {}
