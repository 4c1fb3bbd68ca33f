import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import mysql from 'mysql2/promise'
import type { StoreOptions } from '../../src/index.ts'
import type { TestDatabase } from '../harness/databases.ts'

/** A database that does not know the function of the lock of trimming, as some that speak the same protocol do not. */
export interface WithoutLocks {
  readonly database: StoreOptions['database']
  close(): Promise<void>
}

export async function withoutLocks({ dialect, url, query }: TestDatabase): Promise<WithoutLocks> {
  if (dialect === 'pg') {
    // Of this database alone: each has a catalogue of its own.
    await query('ALTER FUNCTION pg_catalog.pg_try_advisory_xact_lock(bigint) RENAME TO gone')
    return { database: url, close: async () => {} }
  }
  const pool = mysql.createPool({ uri: url, connectionLimit: 4 })
  const { getConnection } = pool
  pool.getConnection = async () => {
    const connection = await getConnection.call(pool)
    const ask = connection.query.bind(connection) as (statement: { sql: string }) => unknown
    // The server itself says what it says of a function that it does not have.
    const query = ({ sql }: { sql: string }) => ask({ sql: sql.replace('get_lock(', 'get_no_lock(') })
    return Object.assign(connection, { query })
  }
  return { database: drizzleMysql(pool), close: () => pool.end() }
}
