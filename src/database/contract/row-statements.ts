import type { NewRow, RowEnd, SessionRow } from './session-row.ts'

/** New content for a row that still has the version it was read with, is live at `now`, and has not ended. */
export interface RowChange {
  /** The key of the row: SHA-256 of the session id, 32 bytes. */
  readonly sid: Buffer
  /** The version that was read. The row gets the next one. */
  readonly version: number
  /** The current time, epoch milliseconds. */
  readonly now: number
  /** The sealed payload. */
  readonly data: Buffer
  /** The id of the key that sealed `data`. */
  readonly keyId: number
  /** The user of the session; null without a user. */
  readonly userId: string | null
  /** The last use, epoch milliseconds. */
  readonly touchedAt: number
  /** When the session expires unless it is used again, epoch milliseconds. */
  readonly expiresAt: number
  /** When the row may be deleted, epoch milliseconds. */
  readonly trimAt: number
  /** The sealed first and last use; null without one. */
  readonly metadata: Buffer | null
  /** The sealed key of a device; null without one. */
  readonly binding: Buffer | null
}

/** A later last use for a row that still has this version and is live. */
export interface RowTouch {
  /** The key of the row: SHA-256 of the session id, 32 bytes. */
  readonly sid: Buffer
  /** The version that was read. A touch does not change it. */
  readonly version: number
  /** The last use, epoch milliseconds. */
  readonly touchedAt: number
  /** When the session expires unless it is used again, epoch milliseconds. */
  readonly expiresAt: number
  /** When the row may be deleted, epoch milliseconds. */
  readonly trimAt: number
  /** The sealed first and last use; null without one. */
  readonly metadata: Buffer | null
}

/** The new state of one row, if it still has this version. */
export interface RowReplacement
  extends Pick<
    NewRow,
    'sid' | 'version' | 'data' | 'userId' | 'keyId' | 'endedAt' | 'endReason' | 'trimAt' | 'metadata' | 'binding'
  > {
  /** A session must be live at this time, epoch milliseconds. */
  readonly now: number
}

/** The same content under another key, for a row that still has the version it was read with. */
export type RowReseal = Pick<RowChange, 'sid' | 'version' | 'data' | 'keyId' | 'metadata' | 'binding'>

/** The statements that requests need. */
export interface RowStatements {
  /**
   * The existing rows with these keys, in any order.
   *
   * @param sids - different keys, 32 bytes each
   */
  read(sids: readonly Buffer[]): Promise<SessionRow[]>
  /**
   * Inserts a row. False when a row with this key already exists, in any state. That row stays unchanged.
   *
   * @param row - the row
   */
  insert(row: NewRow): Promise<boolean>
  /**
   * Inserts rows with different keys like {@link insert}, in few statements, and returns for each row whether it was
   * inserted. Without this method, sessions are imported one by one.
   *
   * @param rows - the rows
   */
  insertMany?(rows: readonly NewRow[]): Promise<boolean[]>
  /**
   * Changes a row. False when no row has this key and version, or when it has expired or ended.
   *
   * @param change - the new content
   */
  update(change: RowChange): Promise<boolean>
  /**
   * Changes at most 64 rows with different keys like {@link update}, in one statement or transaction, and returns for
   * each row whether it changed; or changes none and returns undefined, then each is changed alone. With this method,
   * the changes of one turn of the event loop share statements. Without it, each has its own statement.
   *
   * @param changes - the new content of each row
   */
  updateMany?(changes: readonly RowChange[]): Promise<boolean[] | undefined>
  /**
   * Sets the last use of the rows that are live, still have the version, and have no later use.
   *
   * @param touches - one for each row
   */
  touch(touches: readonly RowTouch[]): Promise<void>
  /**
   * Ends one session: removes content and user, and keeps the key and the reason. False when no such session is
   * unended. A row with the reason `rotating` has not ended, here and in {@link endUser}.
   *
   * @param sid - the key of the row, 32 bytes
   * @param end - the values that end it
   */
  end(sid: Buffer, end: RowEnd): Promise<boolean>
  /**
   * Replaces the state of one row by compare-and-set. False for another version, for a session that has expired or
   * ended by `now`, and for a row that ended for a reason other than `rotating`.
   *
   * @param replacement - the new state
   */
  replace(replacement: RowReplacement): Promise<boolean>
  /**
   * Ends all sessions of a user.
   *
   * @param userId - the user
   * @param end - the values that end the rows
   * @returns the number of sessions that had not ended
   */
  endUser(userId: string, end: RowEnd): Promise<number>
}
