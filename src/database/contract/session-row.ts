/** Why a session has expired or ended; `unknown` is for a row that is not there (any more). */
export type EndReason = 'idle' | 'absolute' | 'revoked' | 'destroyed' | 'evicted' | 'rotated' | 'unreadable' | 'unknown'

/**
 * The reasons that a row can carry. `rotating` is the row of the next id of a session while the row of the present one
 * is still in use: it holds content and user, and is no session until the present row points to it.
 */
export type StoredEndReason = Extract<EndReason, 'revoked' | 'destroyed' | 'evicted' | 'rotated'> | 'rotating'

/** A stored session. Times are epoch milliseconds by the application's clock. */
export interface SessionRow {
  /** SHA-256 of the session id, 32 bytes. */
  readonly sid: Buffer
  /** The sealed payload; empty once ended. */
  readonly data: Buffer
  /** From 1, and one more with every change of `data`. */
  readonly version: number
  readonly createdAt: number
  readonly touchedAt: number
  readonly expiresAt: number
  readonly endedAt: number | null
  readonly endReason: StoredEndReason | null
}

/** A row to be inserted; also a tombstone for a session that was never stored. */
export interface NewRow extends SessionRow {
  readonly userId: string | null
  readonly trimAt: number
  /** The id of the key that sealed `data`; null where there is nothing sealed. */
  readonly keyId: number | null
}

/** What turns rows into tombstones. */
export interface RowEnd {
  readonly endedAt: number
  readonly endReason: StoredEndReason
  readonly trimAt: number
}

/** A row that another program wrote: nothing sealed its content, and its key may be a session id in plaintext. */
export interface UnsealedRow extends SessionRow {
  /** What the storage finds it by again, and knows its place in the list by. */
  readonly place: unknown
}

/**
 * What becomes of such a row; its dates stay, and its user where it has one: `userId` says whose it is if the row does not.
 */
export interface RowSealing extends Pick<NewRow, 'sid' | 'data' | 'userId' | 'trimAt'> {
  readonly keyId: number
}

/** For rows that were copied into the table by other means than ours. A storage of your own may do without. */
export interface UnsealedRows {
  /** At most `limit` rows that carry no key and have not ended, in an order of the storage, from behind one on. */
  list(behind: UnsealedRow | undefined, limit: number): Promise<UnsealedRow[]>
  /**
   * Puts a row under its new key with sealed content. False when it changed meanwhile, and when there is a row with this
   * key already: that one stays as it is, and this one is deleted.
   */
  seal(row: UnsealedRow, sealing: RowSealing): Promise<boolean>
}
