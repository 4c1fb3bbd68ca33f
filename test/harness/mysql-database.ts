import mysql from 'mysql2/promise'
import type { TargetName } from './selection.ts'
import { createServerDatabase } from './server-database.ts'
import type { Row, TestDatabase } from './test-database.ts'

export function createMysqlDatabase(name: TargetName, serverUrl: string): Promise<TestDatabase> {
  return createServerDatabase(name, serverUrl, {
    dialect: 'mysql',
    run: queryMysql,
    tablesQuery,
    drop: (database) => `DROP DATABASE IF EXISTS ${database}`,
  })
}

const tablesQuery = `
  SELECT CONCAT('\`', table_name, '\`') AS name FROM information_schema.tables
  WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'`

/** Runs one statement on a connection of its own. */
export async function queryMysql(uri: string, sql: string, params: unknown[] = []): Promise<Row[]> {
  const connection = await mysql.createConnection({ uri, timezone: 'Z', supportBigNumbers: true })
  try {
    // Where the server is a node of a cluster: what others wrote through another node is there.
    await connection.query('SET SESSION wsrep_sync_wait = 15').catch(() => {})
    const [rows] = await connection.query<mysql.RowDataPacket[] | mysql.ResultSetHeader>(sql, params)
    return Array.isArray(rows) ? rows : []
  } finally {
    await connection.end()
  }
}
