import type { SessionEventRows } from './session-events.ts'
import type { SessionListing } from './session-listing.ts'
import type { NewRow, RowEnd, SessionRow, UnsealedRows } from './session-row.ts'
import type { MigrationState, SessionKeys } from './stored-keys.ts'

export type {
  EventCount,
  EventFilter,
  EventKind,
  EventPlace,
  EventReseal,
  EventRow,
  SessionEventRows,
} from './session-events.ts'
export type { ListedRow, RowFilter, RowMoment, RowState, RowTally, SessionListing } from './session-listing.ts'
export type { EndReason, NewRow, RowEnd, SessionRow, StoredEndReason } from './session-row.ts'

/** New content for a row that still has the version it was read with, is live at `now`, and has not ended. */
export interface RowChange {
  readonly sid: Buffer
  readonly version: number
  readonly now: number
  readonly data: Buffer
  readonly keyId: number
  readonly userId: string | null
  readonly touchedAt: number
  readonly expiresAt: number
  readonly trimAt: number
  readonly metadata: Buffer | null
  readonly binding: Buffer | null
}

/** A later last use for a row that still has this version and is live. */
export interface RowTouch {
  readonly sid: Buffer
  readonly version: number
  readonly touchedAt: number
  readonly expiresAt: number
  readonly trimAt: number
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

/** The number of rows that a key has sealed. The id is null for rows without a seal, or without a recorded key. */
export interface KeyCount {
  readonly keyId: number | null
  readonly rows: number
}

/** Deletes one batch like {@link SessionDatabase.trim}; undefined when another process has the lock now. */
export type TrimBatch = (before: number, limit: number) => Promise<number | undefined>

/** The statements that requests need. */
export interface RowStatements {
  /** The existing rows with these keys, in any order. */
  read(sids: readonly Buffer[]): Promise<SessionRow[]>
  /** False when a row with this key already exists, in any state. That row stays unchanged. */
  insert(row: NewRow): Promise<boolean>
  /**
   * Inserts rows with different keys like {@link insert}, in few statements, and returns for each row whether it was
   * inserted. Without this method, sessions are imported one by one.
   */
  insertMany?(rows: readonly NewRow[]): Promise<boolean[]>
  /** False when no row has this key and version, or when it has expired or ended. */
  update(change: RowChange): Promise<boolean>
  /**
   * Changes at most 64 rows with different keys like {@link update}, in one statement or transaction, and returns for
   * each row whether it changed; or changes none and returns undefined, then each is changed alone. With this method,
   * the changes of one turn of the event loop share statements. Without it, each has its own statement.
   */
  updateMany?(changes: readonly RowChange[]): Promise<boolean[] | undefined>
  /** Sets the last use of the rows that are live, still have the version, and have no later use. */
  touch(touches: readonly RowTouch[]): Promise<void>
  /**
   * Ends one session: removes content and user, and keeps the key and the reason. False when no such session is
   * unended. A row with the reason `rotating` has not ended, here and in {@link endUser}.
   */
  end(sid: Buffer, end: RowEnd): Promise<boolean>
  /**
   * Replaces the state of one row by compare-and-set. False for another version, for a session that has expired or
   * ended by `now`, and for a row that ended for a reason other than `rotating`.
   */
  replace(replacement: RowReplacement): Promise<boolean>
  /** Ends all sessions of a user, and returns how many had not ended. */
  endUser(userId: string, end: RowEnd): Promise<number>
}

/** The statements for changing keys. */
export interface KeyUse {
  /** The place where `envelopeKeys` stores its keys. A custom storage may omit it. */
  readonly keys?: SessionKeys
  /** Counts the rows of each key, and the unended rows without a key. */
  countByKey(): Promise<KeyCount[]>
  /**
   * At most `limit` rows that another key sealed, or that are unended and not sealed, by ascending key after `after`.
   * Ended rows that name a key also hold sealed data: for example the next id of the session.
   */
  sealedByOthers(keyId: number, after: Buffer, limit: number): Promise<SessionRow[]>
  /** False when the row has another version now, or has ended and names no key. */
  reseal(reseal: RowReseal): Promise<boolean>
  /** Does the same for at most 64 rows with different keys in one statement, like {@link RowStatements.updateMany}. */
  resealMany?(reseals: readonly RowReseal[]): Promise<boolean[] | undefined>
  /** Hashes ids and seals content that were copied into the table in plaintext. */
  readonly unsealed?: UnsealedRows | undefined
}

/** The statements for deleting old rows. */
export interface RowTrimming {
  /** Deletes at most `limit` rows whose `trim_at` is `before` or earlier, and returns how many. */
  trim(before: number, limit: number): Promise<number>
  /**
   * Runs work while no other process trims this table, and passes it the function that deletes a batch. Undefined,
   * without running the work, when another process trims. Without this method several processes trim at the same time,
   * which is harmless but wasteful.
   */
  trimAlone?<Result>(work: (trim: TrimBatch) => Promise<Result>): Promise<Result | undefined>
  /** Counts the rows whose `trim_at` is `before` or earlier, up to `limit`, by the index. */
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
  readonly dialect: 'pg' | 'mysql' | 'sqlite'
  /** The name of the table, without quotes; with its schema where it has one. */
  readonly table: string
  /**
   * Checks that the database accepts reads and writes, without changing anything. `health()` calls it. Without this
   * method, `health()` reads a row that does not exist.
   */
  probe?(): Promise<void>
  /** Deletes a row in any state, of a session that the store made to try the database. No other row is deleted so. */
  remove?(sid: Buffer): Promise<void>
  /**
   * Checks the settings of the server and of its connections that would lose what is written, without writing. Returns
   * a sentence, with its fix, for each that limits what can be stored.
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
