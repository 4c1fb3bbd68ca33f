import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import { drizzle as drizzlePg } from 'drizzle-orm/postgres-js'
import mysql from 'mysql2/promise'
import postgres from 'postgres'
import type { StoreOptions } from '../../src/index.ts'
import type { TestDatabase } from '../harness/databases.ts'

/** One connection to a server, on which a transaction can be left open. */
export interface OpenConnection {
  readonly database: StoreOptions['database']
  run(sql: string, values?: unknown[]): Promise<unknown>
  close(): Promise<unknown>
}

export async function connect({ dialect, url }: TestDatabase): Promise<OpenConnection> {
  if (dialect === 'pg') {
    const client = postgres(url, { max: 1, onnotice: () => {} })
    const run = (sql: string, values: unknown[] = []) => client.unsafe(sql, values as never[])
    return { database: drizzlePg(client), run, close: () => client.end() }
  }
  const connection = await mysql.createConnection(url)
  const run = (sql: string, values: unknown[] = []) => connection.query(sql, values)
  return { database: drizzleMysql(connection), run, close: () => connection.end() }
}
