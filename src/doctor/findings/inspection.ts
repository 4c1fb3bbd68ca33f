import type { SessionDatabase } from '../../database/contract/session-database.ts'
import type { Drift } from './drift.ts'
import type { Found } from './finding.ts'
import type { ActualColumn, ActualTable, ExpectedColumn, ExpectedTable } from './tables.ts'

export type Row = Record<string, unknown>

/** Runs one statement without parameters. */
export type Query = (text: string) => Promise<Row[]>

/** The doctor's queries to a database, implemented by each dialect. */
export interface Inspection {
  /** The sessions, on the connections of the inspection. */
  readonly sessions: SessionDatabase
  readonly expected: ExpectedTables
  /** A statement that does nothing, to measure the latency. */
  ping(): Promise<void>
  /** The server, and its oldest supported version. */
  server(): Promise<Server>
  /** The database's clock, epoch milliseconds; undefined where the database uses the clock of this process. */
  clock(): Promise<number | undefined>
  /** Files of the database that other users of this machine can access. */
  exposure(): Promise<Found[]>
  /** The pooler or proxy between application and database, and its problems. */
  pooler(): Promise<Found>
  /** What may return rows that are older than what was acknowledged. */
  staleReads(): Promise<Found[]>
  /** The reason why the database cannot be written to; undefined if it can. */
  readOnly(): Promise<ReadOnly | undefined>
  /** Settings that decide which data survives a crash. */
  durability(): Promise<Found[]>
  /** The actual table; undefined where none exists. */
  actual(table: ExpectedTable): Promise<ActualTable | undefined>
  isType(column: ExpectedColumn, actual: ActualColumn): boolean
  /** Recommended storage settings that a Drizzle table cannot express. */
  storage(table: ExpectedTable): Promise<Found[]>
  /** Statements that create a missing table. */
  creation(table: ExpectedTable): string[]
  /** Statements that remove all of these differences. */
  repair(table: ExpectedTable, actual: ActualTable, drifts: readonly Drift[]): string[]
  /** The quoted name of a table. */
  quoted(table: Pick<ExpectedTable, 'schema' | 'name'>): string
  query: Query
  close(): Promise<void>
}

interface ExpectedTables {
  readonly sessions: ExpectedTable
  readonly keys: ExpectedTable
  readonly events: ExpectedTable
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
