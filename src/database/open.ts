import { getTableUniqueName, type Table } from 'drizzle-orm'
import { MissingDriverError } from '../errors.ts'
import { guarded, guardedStorage } from './guarded.ts'
import type { Mysql2Promise } from './mysql/client.ts'
import { type Patience, patienceOf, USUAL_TIMEOUT_MS } from './patience.ts'
import type { NodePgClient } from './pg/node-postgres.ts'
import { type Dialect, type DrizzleDatabase, drizzleKind, isSessionDatabase } from './recognise.ts'
import type { SessionDatabase } from './session-database.ts'
import type { SessionsTable } from './statement.ts'

/** Connections of a pool that is opened here. */
const CONNECTIONS = 10

/**
 * Opens the database that a URL names, or takes a Drizzle database or a storage of the application's own as it is.
 *
 * @param database - checked by `recogniseDatabase`
 * @param table - the name of the table, or the Drizzle table
 * @param operationTimeout - milliseconds that a statement of a request may take
 * @throws `FST_STORED_SESSION_MISSING_DRIVER`
 */
export async function openDatabase(
  dialect: Dialect,
  database: string | DrizzleDatabase | SessionDatabase,
  table: string | Table,
  operationTimeout = USUAL_TIMEOUT_MS,
): Promise<SessionDatabase> {
  const patience = patienceOf(operationTimeout)
  if (isSessionDatabase(database)) return guardedStorage(database, patience)
  return guarded(await OPEN[dialect](database, table, patience), patience)
}

type Open = (database: string | DrizzleDatabase, table: string | Table, patience: Patience) => Promise<SessionDatabase>

const openPg: Open = async (database, table, patience) => {
  const { pgDatabase } = await import('./pg/database.ts')
  const { pgSessionsTable } = await import('./pg/sessions-table.ts')
  return pgDatabase(await pgClient(database, patience), pgSessionsTable(table))
}

async function pgClient(database: string | DrizzleDatabase, patience: Patience) {
  if (drizzleKind(database) === 'NodePgDatabase') {
    const { nodePostgresClient } = await import('./pg/node-postgres.ts')
    return nodePostgresClient((database as DrizzleDatabase).$client as NodePgClient, patience)
  }
  if (typeof database !== 'string') {
    const { postgresJsClient } = await import('./pg/postgres-js.ts')
    return postgresJsClient(database.$client as never, patience)
  }
  const { default: postgres } = await driver('PostgreSQL', 'postgres', () => import('postgres'))
  const { openPgUrl } = await import('./pg/open-url.ts')
  return openPgUrl(postgres, database, CONNECTIONS, patience)
}

const openMysql: Open = async (database, table, patience) => {
  const { mysqlDatabase } = await import('./mysql/database.ts')
  const { storedSessionsTable } = await import('../schema/mysql.ts')
  return mysqlDatabase(await mysqlClient(database, patience), ...namedTable(table, storedSessionsTable))
}

async function mysqlClient(database: string | DrizzleDatabase, patience: Patience) {
  if (typeof database !== 'string') {
    const { mysql2Client } = await import('./mysql/client.ts')
    const client = database.$client as Mysql2Promise & { promise?(): Mysql2Promise }
    return mysql2Client(client.promise ? client.promise() : client, patience)
  }
  const { createPool } = await driver('MySQL and MariaDB', 'mysql2', () => import('mysql2/promise'))
  const { openMysqlUrl } = await import('./mysql/open-url.ts')
  return openMysqlUrl(createPool, database, CONNECTIONS, patience)
}

const openSqlite: Open = async (database, table) => {
  const { sqliteDatabase } = await import('./sqlite/database.ts')
  const { storedSessionsTable } = await import('../schema/sqlite.ts')
  const named = namedTable(table, storedSessionsTable)
  if (typeof database !== 'string') return sqliteDatabase(database.$client as never, ...named, () => {})
  const { openSqliteFile } = await import('./sqlite/open-file.ts')
  const { default: Database } = await driver('SQLite', 'better-sqlite3', () => import('better-sqlite3'))
  return openSqliteFile(Database, database.slice('sqlite:'.length), ...named)
}

const OPEN: Record<Dialect, Open> = { pg: openPg, mysql: openMysql, sqlite: openSqlite }

/** A table, and its name without quotes. */
export function namedTable(table: string | Table, make: (name: string) => Table): [SessionsTable, string] {
  if (typeof table === 'string') return [make(table) as SessionsTable, table]
  // Drizzle calls the schema of a table that has none "public", on every database.
  return [table as SessionsTable, getTableUniqueName(table).replace(/^public\./, '')]
}

/**
 * Loads a driver.
 *
 * @throws `FST_STORED_SESSION_MISSING_DRIVER`
 */
export async function driver<Module>(databases: string, name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new MissingDriverError(databases, name, name)
  }
}
