import type { NewRow, SessionRow } from './session-row.ts'

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
