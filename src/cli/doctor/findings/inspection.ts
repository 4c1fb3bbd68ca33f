import type { SessionDatabase } from '../../../database/contract/session-database.ts'
import type { Drift } from './drift.ts'
import type { Found } from './finding.ts'
import type { ActualColumn, ActualTable, ExpectedColumn, ExpectedTable } from './tables.ts'

export type Row = Record<string, unknown>

/** Runs one statement without parameters. */
export type Query = (text: string) => Promise<Row[]>

/** What the doctor asks of a database, each dialect in its own way. */
export interface Inspection {
  /** The sessions, over the connections of the inspection. */
  readonly sessions: SessionDatabase
  readonly expected: ExpectedTables
  /** A statement that does nothing, to measure its way. */
  ping(): Promise<void>
  /** What the server is, and the oldest that is supported. */
  server(): Promise<Server>
  /** The database's clock, epoch milliseconds; undefined where it is that of this process. */
  clock(): Promise<number | undefined>
  /** Files of the database that others on this machine have access to. */
  exposure(): Promise<Found[]>
  /** What stands between application and database, or is wrong with that. */
  pooler(): Promise<Found>
  /** Why it cannot be written to; undefined if it can. */
  readOnly(): Promise<ReadOnly | undefined>
  /** Settings that decide what is left after a crash. */
  durability(): Promise<Found[]>
  /** A table as it is; undefined where there is none. */
  actual(table: ExpectedTable): Promise<ActualTable | undefined>
  isType(column: ExpectedColumn, actual: ActualColumn): boolean
  /** What would do the sessions good and is no part of a Drizzle table. */
  storage(table: ExpectedTable): Promise<Found[]>
  /** Statements that make a table that is not there. */
  creation(table: ExpectedTable): string[]
  /** Statements that end all of these differences. */
  repair(table: ExpectedTable, actual: ActualTable, drifts: readonly Drift[]): string[]
  /** A table's name as SQL has it. */
  quoted(table: Pick<ExpectedTable, 'schema' | 'name'>): string
  query: Query
  close(): Promise<void>
}

export interface ExpectedTables {
  readonly sessions: ExpectedTable
  readonly keys: ExpectedTable
}

export interface Server {
  readonly product: string
  readonly version: string
  readonly least: string
}

export interface ReadOnly {
  readonly reason: string
  readonly remedy: string
}
