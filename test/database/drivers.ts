import Database from 'better-sqlite3'
import { drizzle as drizzleSqlite } from 'drizzle-orm/better-sqlite3'
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import { drizzle as drizzleNodePostgres } from 'drizzle-orm/node-postgres'
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js'
import mysqlCallbacks from 'mysql2'
import mysql from 'mysql2/promise'
import pg from 'pg'
import postgres from 'postgres'
import type { StoreOptions } from '../../src/index.ts'
import type { Dialect } from '../harness/databases.ts'

/** A database that the application opened, and whether its client still answers. */
interface Handed {
  database: StoreOptions['database']
  answers(): Promise<unknown>
  close(): unknown
}

type Open = (url: string) => Handed | Promise<Handed>

const pathOf = (url: string) => url.slice('sqlite:'.length)

/** Clients that an application may pass, by what they are. */
export const DRIVERS: Record<Dialect, Record<string, Open>> = {
  pg: {
    'a postgres.js client': (url) => {
      const client = postgres(url, { max: 2, onnotice: () => {} })
      return { database: drizzlePostgresJs(client), answers: () => client`select 1`, close: () => client.end() }
    },
    'a postgres.js client without prepared statements': (url) => {
      const client = postgres(url, { max: 2, prepare: false, transform: postgres.camel, onnotice: () => {} })
      return { database: drizzlePostgresJs({ client }), answers: () => client`select 1`, close: () => client.end() }
    },
    'a pg Pool': (url) => {
      const pool = new pg.Pool({ connectionString: url, max: 2 })
      return { database: drizzleNodePostgres(pool), answers: () => pool.query('select 1'), close: () => pool.end() }
    },
    'a pg Pool with type parsers of its own': (url) => {
      const types = { getTypeParser: () => (text: string) => ({ parsed: text }) }
      const pool = new pg.Pool({ connectionString: url, max: 2, types: types as never })
      return { database: drizzleNodePostgres(pool), answers: () => pool.query('select 1'), close: () => pool.end() }
    },
    'a pg Client': async (url) => {
      const client = new pg.Client(url)
      await client.connect()
      return {
        database: drizzleNodePostgres({ client }),
        answers: () => client.query('select 1'),
        close: () => client.end(),
      }
    },
  },
  mysql: {
    'a promise pool of mysql2': (url) => {
      const pool = mysql.createPool({ uri: url, connectionLimit: 2 })
      return { database: drizzleMysql(pool), answers: () => pool.query('select 1'), close: () => pool.end() }
    },
    'a callback pool of mysql2': (url) => {
      const pool = mysqlCallbacks.createPool({ uri: url, connectionLimit: 2 })
      const promises = pool.promise()
      return { database: drizzleMysql(pool), answers: () => promises.query('select 1'), close: () => promises.end() }
    },
    'a pool with habits of its own': (url) => {
      const pool = mysql.createPool({
        uri: url,
        connectionLimit: 2,
        rowsAsArray: true,
        nestTables: true,
        namedPlaceholders: true,
        supportBigNumbers: true,
        bigNumberStrings: true,
        dateStrings: true,
        decimalNumbers: true,
        flags: ['-FOUND_ROWS'],
        typeCast: (field) => field.string(),
      })
      return { database: drizzleMysql(pool), answers: () => pool.query('select 1'), close: () => pool.end() }
    },
    'a pool that converts no values': (url) => {
      const pool = mysql.createPool({ uri: url, connectionLimit: 2, typeCast: false })
      return { database: drizzleMysql(pool), answers: () => pool.query('select 1'), close: () => pool.end() }
    },
    'one connection of mysql2': async (url) => {
      const connection = await mysql.createConnection(url)
      const answers = () => connection.query('select 1')
      return { database: drizzleMysql(connection), answers, close: () => connection.end() }
    },
  },
  sqlite: {
    'a better-sqlite3 database': (url) => {
      const client = new Database(pathOf(url))
      return {
        database: drizzleSqlite(client),
        answers: async () => client.exec('select 1'),
        close: () => client.close(),
      }
    },
    'a better-sqlite3 database with big integers': (url) => {
      const client = new Database(pathOf(url)).defaultSafeIntegers()
      return {
        database: drizzleSqlite({ client }),
        answers: async () => client.exec('select 1'),
        close: () => client.close(),
      }
    },
  },
}
