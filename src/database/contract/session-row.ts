/**
 * The reason why a session has expired or ended; `unknown` is for a row that does not exist (any more). `unproven` is also
 * for a session that is bound to a device, and that a request names without a proof of this device.
 */
export type EndReason =
  | 'idle'
  | 'absolute'
  | 'revoked'
  | 'destroyed'
  | 'evicted'
  | 'reused'
  | 'rotated'
  | 'unproven'
  | 'unreadable'
  | 'unknown'

/**
 * The reasons that a row can store. `rotating` is the row of a session's next id while the row of the present id is
 * still in use: it holds content and user, and becomes a session when the present row points to it.
 */
export type StoredEndReason =
  | Extract<EndReason, 'revoked' | 'destroyed' | 'evicted' | 'reused' | 'rotated' | 'unproven'>
  | 'rotating'

/** A stored session. Times are epoch milliseconds by the application's clock. */
export interface SessionRow {
  /** SHA-256 of the session id, 32 bytes. */
  readonly sid: Buffer
  /** The sealed payload; empty once ended. */
  readonly data: Buffer
  /** From 1, plus one with every change of `data`. */
  readonly version: number
  /** When the session began, epoch milliseconds. It never changes. */
  readonly createdAt: number
  /** The last use, epoch milliseconds. */
  readonly touchedAt: number
  /** When the session expires unless it is used again, epoch milliseconds. */
  readonly expiresAt: number
  /** When the session ended, epoch milliseconds; null while it has not ended. */
  readonly endedAt: number | null
  /** Why the session ended; null while it has not ended. */
  readonly endReason: StoredEndReason | null
  /** The sealed first and last use; null without one. A storage that was made before this column may omit it. */
  readonly metadata: Buffer | null
  /** The sealed key of a device; null without one. A storage that was made before this column may omit it. */
  readonly binding: Buffer | null
}

/** A row to insert; also a tombstone for a session that was never stored. */
export interface NewRow extends SessionRow {
  /** The user of the session; null without a user. */
  readonly userId: string | null
  /** When the row may be deleted, epoch milliseconds. */
  readonly trimAt: number
  /** The id of the key that sealed `data`; null where nothing is sealed. */
  readonly keyId: number | null
}

/** The values that turn rows into tombstones. */
export interface RowEnd {
  /** When the session ended, epoch milliseconds. */
  readonly endedAt: number
  /** Why the session ended. */
  readonly endReason: StoredEndReason
  /** When the row may be deleted, epoch milliseconds. */
  readonly trimAt: number
  /** For storages that copy these values. */
  readonly metadata?: null
  /** The binding of a session that continues under another id; null or absent for all others. */
  readonly binding?: Buffer | null
}

/** A row that another program wrote: its content is not sealed, and its key may be a session id in plaintext. */
export interface UnsealedRow extends SessionRow {
  /** The value by which the storage finds the row again, and its position in the list. */
  readonly place: unknown
}

/**
 * The new values of such a row. Its dates stay, and so does its user. `userId` sets the user where the row has none.
 */
export interface RowSealing extends Pick<NewRow, 'sid' | 'data' | 'userId' | 'trimAt'> {
  /** The id of the key that sealed `data`. */
  readonly keyId: number
}

/** For rows that another program copied into the table. A custom storage may omit it. */
export interface UnsealedRows {
  /**
   * Rows that name no key and have not ended, in an order of the storage.
   *
   * @param behind - only rows after this row; undefined for the first call
   * @param limit - the most rows to return
   */
  list(behind: UnsealedRow | undefined, limit: number): Promise<UnsealedRow[]>
  /**
   * Moves a row to its new key, with sealed content. False when the row changed since it was read, and when a row with
   * this key already exists: the existing row stays, and this one is deleted.
   *
   * @param row - the row as {@link list} returned it
   * @param sealing - its new values
   */
  seal(row: UnsealedRow, sealing: RowSealing): Promise<boolean>
}
