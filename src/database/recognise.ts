import { entityKind, getTableColumns, is, Table } from 'drizzle-orm'
import type { SessionDatabase } from './contract/session-database.ts'
import { readMysqlUrl } from './mysql/url/target.ts'
import { readPgUrl } from './pg/url/target.ts'
import { columnKeys } from './sql/statements.ts'
import { readSqliteUrl } from './sqlite/url/url-settings.ts'
import type { ExplainedSetting, Reading } from './url/settings.ts'

export type Dialect = SessionDatabase['dialect']

/** What `drizzle(...)` returned. */
export interface DrizzleDatabase {
  /** The driver's client or pool. */
  readonly $client: unknown
}

const DIALECT_OF_SCHEME: Record<string, Dialect> = {
  postgres: 'pg',
  postgresql: 'pg',
  mysql: 'mysql',
  // As Rails calls it.
  mysql2: 'mysql',
  mariadb: 'mysql',
  sqlite: 'sqlite',
  file: 'sqlite',
}

const DIALECT_OF_DRIZZLE: Record<string, Dialect> = {
  PostgresJsDatabase: 'pg',
  NodePgDatabase: 'pg',
  PgliteDatabase: 'pg',
  MySql2Database: 'mysql',
  BetterSQLite3Database: 'sqlite',
  LibSQLDatabase: 'sqlite',
}

const DRIVERS = 'postgres-js, node-postgres, pglite, mysql2, better-sqlite3 or libsql'

const LIBSQL =
  'is a URL of libSQL, whose client is not opened here; pass what drizzle({ connection: { url, authToken } }) of drizzle-orm/libsql returned'

const URLS = 'postgres://…, mysql://…, mariadb://…, sqlite:PATH or sqlite::memory:'

// Most often a variable of the environment that is not set.
const MISSING = `is missing; set it to a URL (${URLS}), such as the variable DATABASE_URL of the environment, or to what drizzle(...) returned`

/** The dialect of a database URL or Drizzle database, or the fault in it, without the URL: it may hold a password. */
export function recogniseDatabase(database: unknown): { dialect: Dialect } | { fault: string } {
  if (typeof database === 'string') return recogniseUrl(database)
  if (database === undefined) return { fault: MISSING }
  if (isSessionDatabase(database)) return { dialect: database.dialect }
  if (hasReplicas(database))
    return { fault: 'is what withReplicas(...) returned, which reads from replicas that lag; pass its $primary' }
  const kind = drizzleKind(database)
  if (!kind) return { fault: `must be a URL (${URLS}) or what drizzle(...) returned` }
  const dialect = Object.hasOwn(DIALECT_OF_DRIZZLE, kind) ? DIALECT_OF_DRIZZLE[kind] : undefined
  if (dialect) return { dialect }
  return {
    fault: `is a ${kind}, which is not supported; pass what drizzle(...) of drizzle-orm/${DRIVERS} returned, or a URL (${URLS})`,
  }
}

function recogniseUrl(url: string): { dialect: Dialect } | { fault: string } {
  const scheme = schemeOf(url)
  const dialect = dialectOf(scheme)
  if (scheme === 'libsql') return { fault: LIBSQL }
  if (!dialect) return { fault: `${scheme ? `is a URL of the unknown kind "${scheme}:"` : 'is no URL'}; write ${URLS}` }
  const { fault } = READ[dialect](url)
  return fault ? { fault } : { dialect }
}

/** What each setting of a URL became, for `doctor`; none for a URL with faults. */
export function explainUrl(url: string): readonly ExplainedSetting[] {
  const dialect = dialectOf(schemeOf(url))
  return (dialect && READ[dialect](url).target?.explained) ?? []
}

const READ: Record<Dialect, (url: string) => Reading<{ readonly explained: readonly ExplainedSetting[] }>> = {
  pg: readPgUrl,
  mysql: readMysqlUrl,
  sqlite: readSqliteUrl,
}

const schemeOf = (url: string) => /^([a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase()

const dialectOf = (scheme: string | undefined): Dialect | undefined => DIALECT_OF_SCHEME[scheme ?? '']

const METHODS = [
  'read',
  'insert',
  'update',
  'touch',
  'end',
  'replace',
  'endUser',
  'countByKey',
  'sealedByOthers',
  'reseal',
  'trim',
  'check',
  'migrate',
  'close',
] as const

/** Whether this is a storage of the application's own. */
export function isSessionDatabase(database: unknown): database is SessionDatabase {
  if (typeof database !== 'object' || database === null) return false
  return METHODS.every((name) => typeof (database as Record<string, unknown>)[name] === 'function')
}

const hasReplicas = (database: unknown) =>
  typeof database === 'object' && database !== null && '$primary' in database && '$replicas' in database

/** The name of the Drizzle class, which is the same in every copy of drizzle-orm. */
export function drizzleKind(database: unknown): string | undefined {
  if (typeof database !== 'object' || database === null) return undefined
  const kind = (database.constructor as { [entityKind]?: unknown } | undefined)?.[entityKind]
  return typeof kind === 'string' ? kind : undefined
}

/** The fault in a Drizzle table that is to hold the sessions, or undefined. */
export function faultOfTable(table: unknown, dialect: Dialect): string | undefined {
  if (!is(table, Table)) return 'must be the name of a table, or a Drizzle table'
  const kind = (table.constructor as { [entityKind]?: unknown })[entityKind]
  const expected = { pg: 'PgTable', mysql: 'MySqlTable', sqlite: 'SQLiteTable' }[dialect]
  if (kind !== expected) return `is a ${String(kind)}, but the database needs a ${expected}`
  const columns = getTableColumns(table)
  const missing = columnKeys.filter((key) => !(key in columns))
  if (missing.length === 0) return undefined
  return `lacks ${missing.join(', ')}; begin from storedSessionsColumns() of stored-session/schema/${dialect}`
}
