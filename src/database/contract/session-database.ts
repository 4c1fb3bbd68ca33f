import type { RowReseal, RowStatements } from './row-statements.ts'
import type { SessionEventRows } from './session-events.ts'
import type { SessionListing } from './session-listing.ts'
import type { SessionRow, UnsealedRows } from './session-row.ts'
import type { MigrationState, SessionKeys } from './stored-keys.ts'

export type { RowChange, RowReplacement, RowReseal, RowStatements, RowTouch } from './row-statements.ts'
export type {
  EventCount,
  EventFilter,
  EventKeyCount,
  EventKind,
  EventPlace,
  EventReseal,
  EventRow,
  SessionEventRows,
} from './session-events.ts'
export type { ListedRow, RowFilter, RowMoment, RowState, RowTally, SessionListing } from './session-listing.ts'
export type { EndReason, NewRow, RowEnd, SessionRow, StoredEndReason } from './session-row.ts'

/** The number of rows that a key has sealed. */
export interface KeyCount {
  /** The id of the key; null for rows without a seal, or without a recorded key. */
  readonly keyId: number | null
  /** The number of rows. */
  readonly rows: number
}

/**
 * Deletes one batch like {@link SessionDatabase.trim}: at most `limit` rows that may be deleted at `before`, epoch
 * milliseconds. Undefined when another process has the lock now.
 */
export type TrimBatch = (before: number, limit: number) => Promise<number | undefined>

/** The statements for changing keys. */
export interface KeyUse {
  /** The place where `envelopeKeys` stores its keys. A custom storage may omit it. */
  readonly keys?: SessionKeys
  /** Counts the rows of each key, and the unended rows without a key. */
  countByKey(): Promise<KeyCount[]>
  /**
   * Rows that another key sealed, or that are unended and not sealed, by ascending key. Ended rows that name a key also
   * hold sealed data: for example the next id of the session.
   *
   * @param keyId - the key whose rows are left out
   * @param after - only rows with a greater key, 32 bytes
   * @param limit - the most rows to return
   */
  sealedByOthers(keyId: number, after: Buffer, limit: number): Promise<SessionRow[]>
  /**
   * Stores a row under another key. False when the row has another version now, or has ended and names no key.
   *
   * @param reseal - the row with its new data
   */
  reseal(reseal: RowReseal): Promise<boolean>
  /**
   * Does the same for at most 64 rows with different keys in one statement, like {@link RowStatements.updateMany}.
   *
   * @param reseals - one for each row
   */
  resealMany?(reseals: readonly RowReseal[]): Promise<boolean[] | undefined>
  /** Hashes ids and seals content that were copied into the table in plaintext. */
  readonly unsealed?: UnsealedRows | undefined
}

/** The statements for deleting old rows. */
export interface RowTrimming {
  /**
   * Deletes rows that may be deleted.
   *
   * @param before - deletes only rows whose `trim_at` is this time or earlier, epoch milliseconds
   * @param limit - the most rows to delete
   * @returns the number of deleted rows
   */
  trim(before: number, limit: number): Promise<number>
  /**
   * Runs work while no other process trims this table, and passes it the function that deletes a batch. Undefined,
   * without running the work, when another process trims. Without this method several processes trim at the same time,
   * which is harmless but wasteful.
   *
   * @param work - the work, which gets the function that deletes a batch
   */
  trimAlone?<Result>(work: (trim: TrimBatch) => Promise<Result>): Promise<Result | undefined>
  /**
   * Counts rows that may be deleted, by the index.
   *
   * @param before - counts only rows whose `trim_at` is this time or earlier, epoch milliseconds
   * @param limit - the number at which it stops counting
   */
  countDue?(before: number, limit: number): Promise<number>
  /** Milliseconds that a batch should take at most while the application serves requests. @defaultValue 20 */
  readonly longestBatch?: number
}

/** What an application wants to store. */
export interface StorageNeeds {
  /** The largest size of a session, in bytes. */
  readonly maxBytes: number
}

/** The table and its connection. */
export interface SessionSchema {
  /** The SQL dialect: PostgreSQL, MySQL and MariaDB, or SQLite. */
  readonly dialect: 'pg' | 'mysql' | 'sqlite'
  /** The name of the table, without quotes; with its schema where it has one. */
  readonly table: string
  /**
   * Checks that the database accepts reads and writes, without changing anything. `health()` calls it. Without this
   * method, `health()` reads a row that does not exist.
   */
  probe?(): Promise<void>
  /**
   * Deletes a row in any state, of a session that the store made to try the database. No other row is deleted so.
   *
   * @param sid - the key of the row, 32 bytes
   */
  remove?(sid: Buffer): Promise<void>
  /**
   * Checks the settings of the server and of its connections that would lose what is written, without writing. Returns
   * a sentence, with its fix, for each that limits what can be stored.
   *
   * @param needs - what the application wants to store
   * @throws `FST_STORED_SESSION_WRONG_SETTINGS`
   */
  checkSettings?(needs: StorageNeeds): Promise<readonly string[]>
  /** What may be the reason that values come back changed: a sentence for each, with its fix. */
  suspects?(): Promise<readonly string[]>
  /**
   * Checks that the table and its columns exist.
   * @throws `FST_STORED_SESSION_MISSING_TABLE`
   */
  check(): Promise<void>
  /** Applies our migrations, one process at a time; can be repeated after a failure. */
  migrate(): Promise<void>
  /** All of our migrations in order, with the statements that each would run; changes nothing. */
  migrations?(): Promise<MigrationState[]>
  /** Closes the connections that this object opened, and none that was passed in. */
  close(): Promise<void>
}

/**
 * The database as the store uses it. Every statement names its keys and is independent: no transaction spans two calls.
 */
export interface SessionDatabase extends RowStatements, KeyUse, RowTrimming, SessionSchema {
  /** Lists sessions, and ends many. Requests work without it. */
  readonly listing?: SessionListing | undefined
  /** The table of events, for the option `history`. */
  readonly history?: SessionEventRows | undefined
}
