import type { SessionRow } from '../contract/session-database.ts'
import type { Statement } from '../sql/statements.ts'

export type SqliteRow = Record<string, unknown>

/** better-sqlite3 answers at once, and libSQL later. */
type Answer<Value> = Value | Promise<Value>

type Values = readonly unknown[]

/** What we need of a SQLite driver. */
export interface SqliteClient {
  rows(statement: Statement, values: Values): Answer<SqliteRow[]>
  /** Runs a statement that changes rows, and returns how many. */
  change(statement: Statement, values: Values): Answer<number>
  /** The row that a statement finds for each list of values, in one transaction where there are several. */
  rowOfEach(statement: Statement, lists: readonly Values[]): Answer<(SqliteRow | undefined)[]>
  /**
   * Changes rows for each item, in one transaction where there are several, and returns how many.
   * @param statement - does it for every row
   * @param quicker - does the same for most rows, and leaves the others unchanged; a driver may omit it
   */
  changeEach(items: readonly object[], statement: Statement, quicker?: Statement): Answer<number[]>
  /** Runs statements without parameters: all of them or none, while no other process writes. */
  script(texts: readonly string[]): Answer<void>
  /** A row with our types; drivers return numbers and bytes in different forms. */
  toRow(row: SqliteRow): SessionRow
  /** Runs work while no other process trims this table; undefined, without running it, while one does. */
  trimAlone<Result>(table: string, work: () => Promise<Result>): Promise<Result | undefined>
  /** Throws when the file of the database was removed or replaced since it was opened. */
  checkFile?(): void
  /** Closes what was opened here. */
  close(): void
}
