import postgres from 'postgres'
import { createServerDatabase } from './server-database.ts'
import type { Row, TestDatabase } from './test-database.ts'

export function createPostgresDatabase(serverUrl: string): Promise<TestDatabase> {
  return createServerDatabase('postgres', serverUrl, {
    dialect: 'pg',
    run,
    tablesQuery,
    drop: (database) => `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`,
  })
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
