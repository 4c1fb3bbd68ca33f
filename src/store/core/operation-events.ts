import type { EndReason } from '../../database/contract/session-database.ts'
import type { OperationOf } from '../../instruments/operation.ts'

/** The events of a store about its operations on the database. */
export interface OperationEvents {
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

/** The outcome of a read: `'found'`, or why there is no session. */
export type ReadOutcome = 'found' | EndReason

/**
 * The outcome of a save: `'gone'` when the session had already ended, and nothing was written; `'rotated'` when it got
 * another id, and `'renewed'` when `rotateEvery` gave it one.
 */
export type WriteOutcome = 'created' | 'updated' | 'rotated' | 'renewed' | 'unchanged' | 'gone'

/** The outcome of an end: `'absent'` when there was no session to end. */
export type DeleteOutcome = 'destroyed' | 'absent' | 'revoked'
