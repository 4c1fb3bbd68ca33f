import type { SessionListing } from './session-listing.ts'
import type { NewRow, RowEnd, SessionRow, UnsealedRows } from './session-row.ts'
import type { MigrationState, SessionKeys } from './stored-keys.ts'

export type { ListedRow, RowFilter, RowMoment, RowState, RowTally, SessionListing } from './session-listing.ts'
export type { EndReason, NewRow, RowEnd, SessionRow, StoredEndReason } from './session-row.ts'

/** New content for the row that still has the version it was loaded with, is alive at `now`, and has not ended. */
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
}

/** A later last use for the row that still has this version and is alive. */
export interface RowTouch {
  readonly sid: Buffer
  readonly version: number
  readonly touchedAt: number
  readonly expiresAt: number
  readonly trimAt: number
}

/** What one row becomes, if it still has this version. */
export interface RowReplacement
  extends Pick<NewRow, 'sid' | 'version' | 'data' | 'userId' | 'keyId' | 'endedAt' | 'endReason' | 'trimAt'> {
  /** A session must be alive at this moment, epoch milliseconds. */
  readonly now: number
}

/** The same content under another key, for the row that still has the version it was read with. */
export type RowReseal = Pick<RowChange, 'sid' | 'version' | 'data' | 'keyId'>

/** How many rows a key has sealed; the id is null for rows that are not sealed, or were before keys were noted. */
export interface KeyCount {
  readonly keyId: number | null
  readonly rows: number
}

/** Deletes one batch as {@link SessionDatabase.trim} does; undefined when the lock was lost to another process. */
export type TrimBatch = (before: number, limit: number) => Promise<number | undefined>

/** What requests need of the rows. */
export interface RowStatements {
  /** The rows that exist of these keys, in any order. */
  read(sids: readonly Buffer[]): Promise<SessionRow[]>
  /** False when there is a row with this key already, whatever its state; it is left as it is. */
  insert(row: NewRow): Promise<boolean>
  /**
   * Inserts rows with different keys as {@link insert} does, in few statements, and says of each in turn whether it did.
   * A storage without it imports sessions one by one.
   */
  insertMany?(rows: readonly NewRow[]): Promise<boolean[]>
  /** False when no row has this key and version, or when it is over. */
  update(change: RowChange): Promise<boolean>
  /**
   * Changes rows with different keys as {@link update} does, in few statements, and says of each in turn whether it did.
   * With it, the changes of one turn of the event loop share statements; a storage without it changes them one by one.
   */
  updateMany?(changes: readonly RowChange[]): Promise<boolean[]>
  /** Sets the last use of those rows that are alive, unchanged since, and not touched later already. */
  touch(touches: readonly RowTouch[]): Promise<void>
  /**
   * Ends one session: content and user go, the key and the reason stay. False when there is none that had not ended. A row
   * whose reason is `rotating` has not ended, here and in {@link endUser}.
   */
  end(sid: Buffer, end: RowEnd): Promise<boolean>
  /**
   * Makes one row another one by compare-and-set. False with another version, for a session that is over by `now`, and for
   * a row that ended for a reason other than `rotating`.
   */
  replace(replacement: RowReplacement): Promise<boolean>
  /** Ends all sessions of a user, and says how many had not ended. */
  endUser(userId: string, end: RowEnd): Promise<number>
}

/** What changing keys needs. */
export interface KeyUse {
  /** Where `envelopeKeys` keeps its keys; a storage of your own may do without. */
  readonly keys?: SessionKeys
  /** Counts the rows of each key, and those without a key that have not ended. */
  countByKey(): Promise<KeyCount[]>
  /**
   * At most `limit` rows that another key sealed, or that have not ended and are not sealed, by ascending key from behind
   * `after`. Rows that ended hold something sealed where they name a key: where a session went, for example.
   */
  sealedByOthers(keyId: number, after: Buffer, limit: number): Promise<SessionRow[]>
  /** False when the row has another version meanwhile, or has ended and names no key. */
  reseal(reseal: RowReseal): Promise<boolean>
  /** Does the same for rows with different keys in few statements, as {@link RowStatements.updateMany} does. */
  resealMany?(reseals: readonly RowReseal[]): Promise<boolean[]>
  /** For hashing ids and sealing content that were copied into the table in plaintext. */
  readonly unsealed?: UnsealedRows | undefined
}

/** What deleting old rows needs. */
export interface RowTrimming {
  /** Deletes at most `limit` rows whose `trim_at` is `before` or earlier, and says how many. */
  trim(before: number, limit: number): Promise<number>
  /**
   * Does work while no other process trims this table, and hands it what deletes a batch. Undefined, and no work, when
   * another one does. A storage without it trims in several processes at once, which is harmless but wasteful.
   */
  trimAlone?<Result>(work: (trim: TrimBatch) => Promise<Result>): Promise<Result | undefined>
  /** Counts the rows whose `trim_at` is `before` or earlier, up to `limit`, by the index. */
  countDue?(before: number, limit: number): Promise<number>
}

/** The table, and the way to it. */
export interface SessionSchema {
  readonly dialect: 'pg' | 'mysql' | 'sqlite'
  /** The name of the table, without quotes; with its schema where it has one. */
  readonly table: string
  /**
   * Checks that the database accepts reads and writes, without changing anything: `health()` calls it. A storage without it
   * is asked to read a row that does not exist.
   */
  probe?(): Promise<void>
  /**
   * Checks that the table and its columns exist.
   * @throws `FST_STORED_SESSION_MISSING_TABLE`
   */
  check(): Promise<void>
  /** Applies our migrations, alone among all processes; can be repeated after a failure. */
  migrate(): Promise<void>
  /** All of our migrations in their order, and what each would run; changes nothing. */
  migrations?(): Promise<MigrationState[]>
  /** Closes what was opened here, and nothing that was passed in. */
  close(): Promise<void>
}

/**
 * What a database does for the store. Every statement names its keys and stands alone: no transaction spans two calls.
 */
export interface SessionDatabase extends RowStatements, KeyUse, RowTrimming, SessionSchema {
  /** For looking through the sessions, and ending many. A storage without it serves requests all the same. */
  readonly listing?: SessionListing | undefined
}
