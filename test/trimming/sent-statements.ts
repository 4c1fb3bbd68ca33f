import Database from 'better-sqlite3'
import { drizzle as drizzleSqlite } from 'drizzle-orm/better-sqlite3'
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import { drizzle as drizzlePg } from 'drizzle-orm/postgres-js'
import mysql from 'mysql2/promise'
import postgres from 'postgres'
import type { Dialect, TestDatabase } from '../harness/databases.ts'

/** A statement as it was sent; the values are in the text where the driver puts them there. */
export interface Sent {
  readonly text: string
  readonly values: readonly unknown[]
  /** Which connection it went over; nothing where it is one of its own that no transaction is open on. */
  readonly connection?: number | undefined
}

/** A Drizzle database that notes what is sent, on any connection. */
export interface NotingDatabase {
  readonly drizzle: { readonly $client: unknown }
  readonly sent: Sent[]
  close(): Promise<void>
}

/** @param connections - how many there may be */
export function noting({ dialect, url }: TestDatabase, connections: number): NotingDatabase {
  return OPEN[dialect](url, connections, [])
}

const OPEN: Record<Dialect, (url: string, connections: number, sent: Sent[]) => NotingDatabase> = {
  pg(url, max, sent) {
    const debug = (connection: number, text: string, values: unknown[]) => void sent.push({ text, values, connection })
    const client = postgres(url, { max, fetch_types: false, onnotice: () => {}, debug })
    return { drizzle: drizzlePg(client), sent, close: () => client.end() }
  },
  mysql(url, connectionLimit, sent) {
    const pool = mysql.createPool({ uri: url, connectionLimit })
    const note = (target: object, method: 'query' | 'execute', connection?: number) => {
      const call = Reflect.get(target, method) as (...parameters: unknown[]) => unknown
      const noted = (statement: { sql: string; values?: unknown[] }) => {
        sent.push({ text: statement.sql, values: statement.values ?? [], connection })
        return call.call(target, statement)
      }
      Reflect.set(target, method, noted)
    }
    note(pool, 'execute')
    const { getConnection } = pool
    pool.getConnection = async () => {
      const connection = await getConnection.call(pool)
      note(connection, 'query', connection.threadId ?? undefined)
      note(connection, 'execute', connection.threadId ?? undefined)
      return connection
    }
    return { drizzle: drizzleMysql(pool), sent, close: () => pool.end() }
  },
  sqlite(url, _connections, sent) {
    const verbose = (text: unknown) => void sent.push({ text: String(text), values: [] })
    const client = new Database(url.slice('sqlite:'.length), { verbose })
    return { drizzle: drizzleSqlite(client), sent, close: async () => void client.close() }
  },
}
