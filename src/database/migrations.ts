import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readMigrationFiles } from 'drizzle-orm/migrator'

/** The table that our migrations create; under another name they are rewritten on the way. */
export const DEFAULT_TABLE = 'stored_sessions'

/** The journal beside a table, in drizzle-kit's own form, so that both may be used on one database. */
export const journalOf = (table: string) => `${table}_migrations`

/** One migration that drizzle-kit generated. */
export interface Migration {
  /** Its number and what it is about, such as `0001_add_key_id`. */
  readonly name: string
  /** When it was generated, epoch milliseconds: the journal's order. */
  readonly time: number
  readonly hash: string
  readonly statements: readonly string[]
}

/** A migration, and whether the database has it. */
export interface MigrationState {
  readonly name: string
  readonly isApplied: boolean
  /** What would run, the entry in the journal included; nothing when it is applied. */
  readonly statements: readonly string[]
}

/** The statements about the journal, which differ little between dialects. */
export interface Journal {
  readonly create: string
  /** Yields `newest`: the time of the newest migration that is applied. */
  readonly newest: string
  insert(migration: Migration): string
}

type Folder = 'pg' | 'mysql' | 'sqlite'

/**
 * The migrations of a dialect that come after the newest one applied, in their order, with our table and its indexes
 * under the name asked for.
 */
export function pendingMigrations(folder: Folder, table: string, newest: number): Migration[] {
  return allMigrations(folder, table).filter(({ time }) => time > newest)
}

/**
 * All migrations of a dialect.
 *
 * @param newest - the time of the newest one applied; undefined where there is no journal yet
 */
export function migrationStates(
  folder: Folder,
  table: string,
  journal: Journal,
  newest: number | undefined,
): MigrationState[] {
  return allMigrations(folder, table).map((migration, index) => {
    const isApplied = migration.time <= (newest ?? 0)
    const begin = index === 0 && newest === undefined ? [journal.create] : []
    const statements = isApplied ? [] : [...begin, ...migration.statements, journal.insert(migration)]
    return { name: migration.name, isApplied, statements }
  })
}

function allMigrations(folder: Folder, table: string): Migration[] {
  const migrationsFolder = fileURLToPath(new URL(`../../drizzle/${folder}`, import.meta.url))
  const names = namesIn(migrationsFolder)
  return readMigrationFiles({ migrationsFolder }).map(({ sql, folderMillis, hash }) => ({
    name: names.get(folderMillis)!,
    time: folderMillis,
    hash,
    statements: sql.map((statement) => renamed(statement, table)),
  }))
}

// drizzle-kit's journal of the files, which drizzle-orm reads without their names.
function namesIn(folder: string): Map<number, string> {
  const { entries } = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as {
    entries: { when: number; tag: string }[]
  }
  return new Map(entries.map(({ when, tag }) => [when, tag]))
}

function renamed(statement: string, table: string): string {
  return statement.replaceAll(
    /(["`])stored_sessions/g,
    (_, quote: string) => quote + table.replaceAll(quote, quote + quote),
  )
}
