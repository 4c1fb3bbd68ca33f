/** How a database goes about the statement that trims. */
import type { Database } from 'better-sqlite3'
import type { SessionDatabase } from '../../src/database/contract/session-database.ts'
import type { MysqlClient } from '../../src/database/mysql/client.ts'
import { mysqlDatabase } from '../../src/database/mysql/database.ts'
import { pgDatabase } from '../../src/database/pg/database.ts'
import { betterSqlite3Client } from '../../src/database/sqlite/better-sqlite3.ts'
import { sqliteDatabase } from '../../src/database/sqlite/database.ts'
import { storedSessions as mysqlTable } from '../../src/schema/mysql.ts'
import { storedSessions as pgTable } from '../../src/schema/pg.ts'
import { storedSessions as sqliteTable } from '../../src/schema/sqlite.ts'
import type { Dialect, Row, TestDatabase } from '../../test/harness/test-database.ts'

const INDEX = 'stored_sessions_trim_at_index'
const TABLE = 'stored_sessions'
const BATCH = 500
/** From the sixth use on PostgreSQL may take a plan that does not look at the values. */
const USES = 8

/**
 * The plans of the trim statement: with today's values, and on PostgreSQL also the one that a prepared statement has
 * come to use after a while.
 *
 * @throws when the index on `trim_at` is not in one of them
 */
export async function trimPlans(database: TestDatabase): Promise<string[]> {
  const { text, values } = await trimStatement(database.dialect)
  const plans = [planText(await database.query(`${explain[database.dialect]} ${text}`, values))]
  if (database.dialect === 'pg') plans.push(await settledPlan(database, text, values))
  for (const plan of plans) if (!plan.includes(INDEX)) throw new Error(`trimming does not use ${INDEX}:\n${plan}`)
  return plans
}

// The tree that newer MySQL writes by default does not tell of a DELETE.
const explain: Record<Dialect, string> = {
  sqlite: 'EXPLAIN QUERY PLAN',
  pg: 'EXPLAIN',
  mysql: 'EXPLAIN FORMAT=TRADITIONAL',
}

async function settledPlan({ query }: TestDatabase, text: string, values: unknown[]): Promise<string> {
  // Several statements in one message, for they must share a connection.
  const uses = `EXPLAIN EXECUTE trim_rows (${values.join()});`.repeat(USES)
  const results = (await query(`PREPARE trim_rows AS ${text}; ${uses}`)) as unknown as Row[][]
  return planText(results.at(-1)!)
}

interface Sent {
  text: string
  values: unknown[]
}

/** The statement as the store sends it: it goes to a client that only writes it down. */
async function trimStatement(dialect: Dialect): Promise<Sent> {
  let sent: Sent | undefined
  const write = (text: string, values: unknown[]) => {
    sent = { text, values }
  }
  await writing[dialect](write).trim(Date.now(), BATCH)
  return sent!
}

const writing: Record<Dialect, (write: (text: string, values: unknown[]) => void) => SessionDatabase> = {
  pg: (write) => pgDatabase({ ...nothing, query: answering(write) }, pgTable),
  mysql: (write) => mysqlDatabase(writingMysql(write), mysqlTable, TABLE),
  sqlite: (write) => sqliteDatabase(betterSqlite3Client(writingSqlite(write)), sqliteTable, TABLE),
}

const nothing = { transaction: async () => {}, withConnection: async () => {}, close: async () => {} }

function answering(write: (text: string, values: unknown[]) => void) {
  return async (text: string, values: unknown[]) => {
    write(text, values)
    return { rows: [], count: 0 }
  }
}

function writingMysql(write: (text: string, values: unknown[]) => void): MysqlClient {
  const answer = answering(write)
  return { ...nothing, execute: answer, withConnection: (work) => work((text) => answer(text, [])) }
}

function writingSqlite(write: (text: string, values: unknown[]) => void): Database {
  const statement = (text: string) => ({
    safeIntegers: () => statement(text),
    run(values: unknown[]) {
      write(text, values)
      return { changes: 0 }
    },
  })
  return { prepare: statement, memory: true, transaction: () => () => {} } as unknown as Database
}

function planText(rows: Row[]): string {
  return rows.map((row) => String(row['QUERY PLAN'] ?? row.detail ?? columns(row))).join('\n')
}

// Of the keys only the one that is used: the possible ones would hide that it is not.
const columns = (row: Row) =>
  Object.entries(row)
    .filter(([name, value]) => value !== null && name !== 'possible_keys')
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')
