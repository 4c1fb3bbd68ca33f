import type { TargetName } from './selection.ts'
import { type Dialect, dumpTables, type Row, randomName, type TestDatabase } from './test-database.ts'

/** What databases of servers do not have in common. */
export interface ServerDialect {
  readonly dialect: Dialect
  /** Runs one statement on a connection of its own. */
  run(url: string, sql: string, params?: unknown[]): Promise<Row[]>
  /** Lists the tables of a database, as `name`, quoted. */
  readonly tablesQuery: string
  drop(database: string): string
}

/** A new, empty database on a running server. */
export async function createServerDatabase(
  name: TargetName,
  serverUrl: string,
  { dialect, run, tablesQuery, drop }: ServerDialect,
): Promise<TestDatabase> {
  const database = randomName()
  await run(serverUrl, `CREATE DATABASE ${database}`)
  const url = new URL(serverUrl)
  url.pathname = database
  const query = (sql: string, params: unknown[] = []) => run(url.href, sql, params)
  return {
    name,
    dialect,
    url: url.href,
    query,
    async dump() {
      const tables = await query(tablesQuery)
      return dumpTables(
        { query },
        tables.map(({ name }) => String(name)),
      )
    },
    async drop() {
      await run(serverUrl, drop(database))
    },
  }
}
