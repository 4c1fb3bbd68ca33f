import Database from 'better-sqlite3'
import { drizzle as drizzleSqlite } from 'drizzle-orm/better-sqlite3'
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import { drizzle as drizzlePg } from 'drizzle-orm/postgres-js'
import mysql from 'mysql2/promise'
import postgres from 'postgres'
import type { Dialect, TestDatabase } from '../harness/databases.ts'

/** A Drizzle database whose driver notes every statement that is sent. */
export interface CountedDatabase {
  readonly drizzle: { readonly $client: unknown }
  /** The statements since the list was emptied last. */
  readonly statements: string[]
  close(): Promise<void>
}

/** Opens the counterpart of the database's URL; close() it in the end. */
export function counted({ dialect, url }: TestDatabase): CountedDatabase {
  return OPEN[dialect](url, [])
}

type Run = (query: { sql: string }) => unknown

// A connection comes back from the pool as another object around the same one.
function noting(client: object, statements: string[]): object {
  const { execute, query } = client as Record<'execute' | 'query', Run>
  const noted = (run: Run) => (statement: { sql: string }) => {
    statements.push(statement.sql)
    return run.call(client, statement)
  }
  return { execute: noted(execute), query: noted(query) }
}

const OPEN: Record<Dialect, (url: string, statements: string[]) => CountedDatabase> = {
  pg(url, statements) {
    // Without the question that this driver asks on every new connection, whoever uses it.
    const options = { max: 4, fetch_types: false, onnotice: () => {} }
    const client = postgres(url, { ...options, debug: (_id, query) => void statements.push(query) })
    return { drizzle: drizzlePg(client), statements, close: () => client.end() }
  },
  mysql(url, statements) {
    const pool = mysql.createPool({ uri: url, connectionLimit: 4 })
    const { getConnection } = pool
    pool.getConnection = async () => {
      const connection = await getConnection.call(pool)
      return Object.assign(connection, noting(connection, statements))
    }
    Object.assign(pool, noting({ execute: pool.execute.bind(pool), query: pool.query.bind(pool) }, statements))
    return { drizzle: drizzleMysql(pool), statements, close: () => pool.end() }
  },
  sqlite(url, statements) {
    const client = new Database(url.slice('sqlite:'.length), { verbose: (sql) => void statements.push(String(sql)) })
    return { drizzle: drizzleSqlite(client), statements, close: async () => void client.close() }
  },
}
