import { getTableUniqueName, type Table } from 'drizzle-orm'
import { MissingDriverError } from '../errors.ts'
import { guarded } from './guarded.ts'
import type { Mysql2Promise } from './mysql/client.ts'
import type { NodePgClient } from './pg/node-postgres.ts'
import { type Dialect, type DrizzleDatabase, drizzleKind, isSessionDatabase } from './recognise.ts'
import type { SessionDatabase } from './session-database.ts'
import type { SessionsTable } from './statement.ts'

/** Connections of a pool that is opened here. */
const CONNECTIONS = 10
/** The longest pause of a connection between two attempts to reach PostgreSQL. The driver's own grows to 20 seconds. */
const LONGEST_BACKOFF_S = 0.25
/** How long better-sqlite3 waits for another process that writes. It waits inside the call, so not for long. */
const SQLITE_BUSY_MS = 2_000

/**
 * Opens the database that a URL names, or takes a Drizzle database or a storage of the application's own as it is.
 *
 * @param database - checked by `recogniseDatabase`
 * @param table - the name of the table, or the Drizzle table
 * @throws `FST_STORED_SESSION_MISSING_DRIVER`
 */
export async function openDatabase(
  dialect: Dialect,
  database: string | DrizzleDatabase | SessionDatabase,
  table: string | Table,
): Promise<SessionDatabase> {
  if (isSessionDatabase(database)) return guarded(database, async () => {})
  return guarded(await OPEN[dialect](database, table))
}

const OPEN: Record<Dialect, (database: string | DrizzleDatabase, table: string | Table) => Promise<SessionDatabase>> = {
  pg: openPg,
  mysql: openMysql,
  sqlite: openSqlite,
}

async function openPg(database: string | DrizzleDatabase, table: string | Table): Promise<SessionDatabase> {
  const { pgDatabase } = await import('./pg/database.ts')
  const { storedSessionsTable } = await import('../schema/pg.ts')
  return pgDatabase(await pgClient(database), ...namedTable(table, storedSessionsTable))
}

async function pgClient(database: string | DrizzleDatabase) {
  if (drizzleKind(database) === 'NodePgDatabase') {
    const { nodePostgresClient } = await import('./pg/node-postgres.ts')
    return nodePostgresClient((database as DrizzleDatabase).$client as NodePgClient)
  }
  if (typeof database !== 'string') {
    const { postgresJsClient } = await import('./pg/postgres-js.ts')
    return postgresJsClient(database.$client as never, async () => {})
  }
  const { renewingClient } = await import('./pg/renewing-client.ts')
  const { default: postgres } = await driver('PostgreSQL', 'postgres', () => import('postgres'))
  // Asking for types gains us nothing, and kills the process when the connection is lost meanwhile.
  const options = { max: CONNECTIONS, backoff, fetch_types: false, onnotice: () => {} }
  return renewingClient((watch) => postgres(database, { ...options, ...watch }))
}

// Requests wait during the pause, so it must end soon after the database is back.
const backoff = (retries: number) => (0.5 + Math.random() / 2) * Math.min(2 ** retries / 100, LONGEST_BACKOFF_S)

async function openMysql(database: string | DrizzleDatabase, table: string | Table): Promise<SessionDatabase> {
  const { mysqlDatabase } = await import('./mysql/database.ts')
  const { storedSessionsTable } = await import('../schema/mysql.ts')
  return mysqlDatabase(await mysqlClient(database), ...namedTable(table, storedSessionsTable))
}

async function mysqlClient(database: string | DrizzleDatabase) {
  const { mysql2Client } = await import('./mysql/client.ts')
  if (typeof database !== 'string') {
    const client = database.$client as Mysql2Promise & { promise?(): Mysql2Promise }
    return mysql2Client(client.promise ? client.promise() : client, async () => {})
  }
  const { createPool } = await driver('MySQL and MariaDB', 'mysql2', () => import('mysql2/promise'))
  const pool = createPool({ uri: database.replace(/^mariadb:/i, 'mysql:'), connectionLimit: CONNECTIONS })
  return mysql2Client(pool as unknown as Mysql2Promise, () => pool.end())
}

async function openSqlite(database: string | DrizzleDatabase, table: string | Table): Promise<SessionDatabase> {
  const { sqliteDatabase } = await import('./sqlite/database.ts')
  const { storedSessionsTable } = await import('../schema/sqlite.ts')
  const named = namedTable(table, storedSessionsTable)
  if (typeof database !== 'string') return sqliteDatabase(database.$client as never, ...named, () => {})
  const { default: Database } = await driver('SQLite', 'better-sqlite3', () => import('better-sqlite3'))
  const client = new Database(database.slice('sqlite:'.length), { timeout: SQLITE_BUSY_MS })
  client.pragma('journal_mode = WAL')
  // With a write-ahead log a killed process loses nothing that was acknowledged; only a power failure may.
  client.pragma('synchronous = NORMAL')
  return sqliteDatabase(client, ...named, () => client.close())
}

function namedTable(table: string | Table, make: (name: string) => Table): [SessionsTable, string] {
  if (typeof table === 'string') return [make(table) as SessionsTable, table]
  // Drizzle calls the schema of a table that has none "public", on every database.
  return [table as SessionsTable, getTableUniqueName(table).replace(/^public\./, '')]
}

async function driver<Module>(databases: string, name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new MissingDriverError(databases, name, name)
  }
}
