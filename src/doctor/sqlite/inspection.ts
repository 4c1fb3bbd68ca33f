import { existsSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { getTableConfig } from 'drizzle-orm/sqlite-core'
import { handedSqliteClient } from '../../database/open.ts'
import { type DrizzleDatabase, drizzleKind } from '../../database/recognise.ts'
import { loadDriver } from '../../database/sql/load-driver.ts'
import type { SessionsTable } from '../../database/sql/statements.ts'
import { betterSqlite3Client } from '../../database/sqlite/better-sqlite3.ts'
import type { SqliteClient } from '../../database/sqlite/client.ts'
import { sqliteDatabase } from '../../database/sqlite/database.ts'
import { migrateSqlite } from '../../database/sqlite/migrate.ts'
import { sqliteTargetOf } from '../../database/sqlite/url/url-settings.ts'
import { storedSessionEventsTable, storedSessionKeysTable } from '../../schema/sqlite.ts'
import { type Found, ok, warning } from '../findings/finding.ts'
import type { Inspection, Row } from '../findings/inspection.ts'
import { expectedCompanion, expectedSessions, type TableConfig } from '../findings/tables.ts'
import { actualTable, isSqliteType, quotedTable } from './catalog.ts'
import { exposedFiles, exposureOf } from './exposed-files.ts'
import { createSqliteTable, repairSqliteTable } from './repair.ts'

/** The oldest version that supports all of the SQL: `RETURNING`, JSON, and `IS` in every place. */
const LEAST = '3.38'
const MEMORY = ':memory:'

export async function inspectSqlite(
  database: string | DrizzleDatabase,
  table: SessionsTable,
  name: string,
): Promise<Inspection> {
  const { client, query, ...place } = await placeOf(database, name)
  const configOf = getTableConfig as unknown as (table: unknown) => TableConfig
  const sessions = expectedSessions(table, configOf)
  return {
    sessions: sqliteDatabase(client, table, name),
    expected: {
      sessions,
      keys: expectedCompanion(configOf(storedSessionKeysTable(sessions.name)), undefined),
      events: expectedCompanion(configOf(storedSessionEventsTable(sessions.name)), undefined),
    },
    query,
    ping: async () => void (await query('select count(*) from sqlite_schema')),
    server: async () => {
      const [row] = await query('select sqlite_version() as version')
      return { product: 'SQLite', version: String(row?.version), least: LEAST }
    },
    clock: async () => undefined,
    pooler: async () => ok('SQLite needs no connection'),
    staleReads: async () => [],
    actual: (expected) => actualTable(query, expected),
    isType: isSqliteType,
    storage: async () => [],
    creation: createSqliteTable,
    repair: repairSqliteTable,
    quoted: quotedTable,
    ...place,
  }
}

/** A database and its driver. */
interface Place extends Pick<Inspection, 'query' | 'exposure' | 'readOnly' | 'durability' | 'close'> {
  readonly client: SqliteClient
}

async function placeOf(database: string | DrizzleDatabase, table: string): Promise<Place> {
  if (typeof database !== 'string' && drizzleKind(database) === 'LibSQLDatabase') return libsqlPlace(database)
  const isOwn = typeof database === 'string'
  const file = isOwn ? sqliteTargetOf(database).file : (database.$client as Database).name
  // Before the database is opened here, which may create temporary files next to it.
  const exposed = exposedFiles(file)
  const opened = isOwn ? await openFile(file, table) : (database.$client as Database)
  return {
    client: betterSqlite3Client(opened),
    async query(text) {
      const statement = opened.prepare(text).safeIntegers(false)
      if (statement.reader) return statement.all() as Row[]
      statement.run()
      return []
    },
    exposure: async () => exposureOf(exposed),
    readOnly: async () => (opened.readonly ? OPENED_TO_READ : undefined),
    durability: async () => [durability(opened, isOwn)],
    close: async () => {
      if (isOwn) opened.close()
    },
  }
}

// Its client does not say whether it has a file or a server.
async function libsqlPlace(database: DrizzleDatabase): Promise<Place> {
  const client = await handedSqliteClient(database)
  return {
    client,
    query: async (text) => client.rows({ text, names: [] }, []),
    exposure: async () => [],
    readOnly: async () => undefined,
    durability: async () => [
      ok('libSQL: the file or the server of the application decides what a power failure may lose'),
    ],
    close: async () => {},
  }
}

const OPENED_TO_READ = {
  reason: 'the database was opened read-only',
  remedy: 'Open it without { readonly: true }',
}

/** The maximum wait for another process that writes, in milliseconds. */
const BUSY_MS = 5_000

async function openFile(file: string, table: string): Promise<Database> {
  const { default: Sqlite } = await loadDriver('SQLite', 'better-sqlite3', () => import('better-sqlite3'))
  if (file === MEMORY) {
    // The application's database in memory is not accessible, so this creates one in the same way.
    const client = new Sqlite(file)
    await migrateSqlite(betterSqlite3Client(client), table)
    return client
  }
  if (!existsSync(file)) throw new MissingFileError(file)
  return new Sqlite(file, { timeout: BUSY_MS })
}

/** The database does not exist yet. Opening it would create it. */
class MissingFileError extends Error {
  readonly code = 'MISSING_FILE'

  constructor(file: string) {
    super(`there is no file ${file}`)
  }
}

// The store itself sets this for a database that it opens from a URL.
function durability(client: Database, isOwn: boolean): Found {
  if (client.memory) return ok('in memory: all sessions end with the process')
  if (isOwn)
    return ok('the store uses a write-ahead log and synchronous=NORMAL: only a power failure may lose the last saves')
  const journal = String(client.pragma('journal_mode', { simple: true }))
  const synchronous = Number(client.pragma('synchronous', { simple: true }))
  if (synchronous === 0 || /^(off|memory)$/.test(journal))
    return warning(
      `journal_mode is ${journal} and synchronous is ${synchronous}: a power failure or a crash may corrupt the file`,
      "Set client.pragma('journal_mode = WAL') and client.pragma('synchronous = NORMAL') where you open it",
    )
  if (journal !== 'wal')
    return warning(
      `journal_mode is ${journal}: readers wait for writers`,
      "Set client.pragma('journal_mode = WAL') where you open it",
    )
  return ok(`journal_mode is wal and synchronous is ${synchronous}`)
}
