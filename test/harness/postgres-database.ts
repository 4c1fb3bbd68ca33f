import postgres from 'postgres'
import { dumpTables, type Row, randomName, type TestDatabase } from './test-database.ts'

export async function createPostgresDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = randomName()
  await run(serverUrl, `CREATE DATABASE ${name}`)
  const url = new URL(serverUrl)
  url.pathname = name
  const query = (sql: string, params: unknown[] = []) => run(url.href, sql, params)
  return {
    name: 'postgres',
    dialect: 'pg',
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
      await run(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

const tablesQuery = `
  SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
  WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`

async function run(url: string, text: string, params: unknown[] = []): Promise<Row[]> {
  const sql = postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {} })
  try {
    return [...(await sql.unsafe<Row[]>(text, params as postgres.ParameterOrJSON<never>[]))]
  } finally {
    await sql.end({ timeout: 0 })
  }
}
