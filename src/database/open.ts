import { getTableUniqueName, type Table } from 'drizzle-orm'
import { type TimeLimits, timeLimitsOf, USUAL_TIMEOUT_MS } from '../time/time-limits.ts'
import type { SessionDatabase } from './contract/session-database.ts'
import { guarded, guardedStorage } from './door/guarded.ts'
import type { Mysql2Promise } from './mysql/client.ts'
import type { NodePgClient } from './pg/node-postgres.ts'
import type { Pglite } from './pg/pglite.ts'
import { type Dialect, type DrizzleDatabase, drizzleKind, isSessionDatabase } from './recognise.ts'
import { loadDriver } from './sql/load-driver.ts'
import type { SessionsTable } from './sql/statements.ts'
import type { LibsqlClient } from './sqlite/libsql.ts'

/** Connections of a pool that is opened here. */
const CONNECTIONS = 10

/**
 * Opens the database that a URL names, or takes a Drizzle database or a storage of the application's own as it is.
 *
 * @param database - checked by `recogniseDatabase`
 * @param table - the name of the table, or the Drizzle table
 * @param operationTimeout - milliseconds that a statement of a request may take
 * @param warn - receives what an operator should change, while the database is in use
 * @throws `FST_STORED_SESSION_MISSING_DRIVER`
 */
export async function openDatabase(
  dialect: Dialect,
  database: string | DrizzleDatabase | SessionDatabase,
  table: string | Table,
  operationTimeout = USUAL_TIMEOUT_MS,
  warn: (message: string) => void = () => {},
): Promise<SessionDatabase> {
  const timeLimits = timeLimitsOf(operationTimeout)
  if (isSessionDatabase(database)) return guardedStorage(database, timeLimits)
  const opened = await OPEN[dialect](database, table, timeLimits, warn)
  // Its client has no time limit for an answer of a server.
  if (drizzleKind(database) === 'LibSQLDatabase') return guardedStorage(opened, timeLimits)
  return guarded(opened, timeLimits)
}

type Open = (
  database: string | DrizzleDatabase,
  table: string | Table,
  timeLimits: TimeLimits,
  warn: (message: string) => void,
) => Promise<SessionDatabase>

const openPg: Open = async (database, table, timeLimits) => {
  const { pgDatabase, pgSessionsTable } = await import('./pg/database.ts')
  return pgDatabase(await pgClient(database, timeLimits), pgSessionsTable(table))
}

async function pgClient(database: string | DrizzleDatabase, timeLimits: TimeLimits) {
  if (drizzleKind(database) === 'NodePgDatabase') {
    const { nodePostgresClient } = await import('./pg/node-postgres.ts')
    return nodePostgresClient((database as DrizzleDatabase).$client as NodePgClient, timeLimits)
  }
  if (drizzleKind(database) === 'PgliteDatabase') {
    const { pgliteClient } = await import('./pg/pglite.ts')
    return pgliteClient((database as DrizzleDatabase).$client as Pglite, timeLimits)
  }
  if (typeof database !== 'string') {
    const { postgresJsClient } = await import('./pg/postgres-js.ts')
    return postgresJsClient(database.$client as never, timeLimits)
  }
  const { default: postgres } = await loadDriver('PostgreSQL', 'postgres', () => import('postgres'))
  const { openPgUrl } = await import('./pg/open.ts')
  return openPgUrl(postgres, database, CONNECTIONS, timeLimits)
}

const openMysql: Open = async (database, table, timeLimits, warn) => {
  const { unpreparedAtNeed } = await import('./mysql/unprepared.ts')
  const { mysqlDatabase } = await import('./mysql/database.ts')
  const { storedSessionsTable } = await import('../schema/mysql.ts')
  const client = unpreparedAtNeed(await mysqlClient(database, timeLimits), warn)
  return mysqlDatabase(client, ...namedTable(table, storedSessionsTable))
}

async function mysqlClient(database: string | DrizzleDatabase, timeLimits: TimeLimits) {
  if (typeof database !== 'string') {
    const { mysql2Client } = await import('./mysql/client.ts')
    const client = database.$client as Mysql2Promise & { promise?(): Mysql2Promise }
    return mysql2Client(client.promise ? client.promise() : client, timeLimits)
  }
  const { createPool } = await loadDriver('MySQL and MariaDB', 'mysql2', () => import('mysql2/promise'))
  const { openMysqlUrl } = await import('./mysql/open.ts')
  return openMysqlUrl(createPool, database, CONNECTIONS, timeLimits)
}

const openSqlite: Open = async (database, table) => {
  const { sqliteDatabase } = await import('./sqlite/database.ts')
  const { storedSessionsTable } = await import('../schema/sqlite.ts')
  const named = namedTable(table, storedSessionsTable)
  if (typeof database !== 'string') return sqliteDatabase(await handedSqliteClient(database), ...named)
  const { openSqliteFile } = await import('./sqlite/open.ts')
  const { sqliteTargetOf } = await import('./sqlite/url/url-settings.ts')
  const { default: Database } = await loadDriver('SQLite', 'better-sqlite3', () => import('better-sqlite3'))
  return openSqliteFile(Database, sqliteTargetOf(database), ...named)
}

/** Speaks through a client of SQLite that was passed in. */
export async function handedSqliteClient(database: DrizzleDatabase) {
  if (drizzleKind(database) === 'LibSQLDatabase') {
    const { libsqlClient } = await import('./sqlite/libsql.ts')
    return libsqlClient(database.$client as LibsqlClient)
  }
  const { betterSqlite3Client } = await import('./sqlite/better-sqlite3.ts')
  return betterSqlite3Client(database.$client as never)
}

const OPEN: Record<Dialect, Open> = { pg: openPg, mysql: openMysql, sqlite: openSqlite }

/** A table, and its name without quotes. */
export function namedTable(table: string | Table, make: (name: string) => Table): [SessionsTable, string] {
  if (typeof table === 'string') return [make(table) as SessionsTable, table]
  // Drizzle calls the schema of a table that has none "public", on every database.
  return [table as SessionsTable, getTableUniqueName(table).replace(/^public\./, '')]
}
