import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { type MigrationsFolder, migrationsFolder } from '../../schema/migrations-folder.ts'
import type { MigrationState } from '../contract/stored-keys.ts'
import type { TablePlace } from './table-place.ts'

/** The table that our migrations create. For another name the statements are rewritten. */
export const DEFAULT_TABLE = 'stored_sessions'

/** The journal of a table, in the format of drizzle-kit, so that both can be used on one database. */
export const journalOf = (table: string) => `${table}_migrations`

/** One migration that drizzle-kit generated. */
interface Migration {
  /** Its number and its subject, such as `0001_add_key_id`. */
  readonly name: string
  /** The time when it was generated, epoch milliseconds: the order of the journal. */
  readonly time: number
  readonly hash: string
  readonly statements: readonly string[]
}

/** The statements about the journal, which differ little between dialects. */
export interface Journal {
  /** Creates the schema of the journal, where one was named. */
  readonly createSchema?: string
  readonly create: string
  /** Returns `newest`: the time of the newest applied migration. */
  readonly newest: string
  insert(migration: Migration): string
}

/**
 * The migrations of a dialect after the newest applied one, in order, with our tables and indexes at the requested
 * place.
 */
export function pendingMigrations(folder: MigrationsFolder, place: TablePlace, newest: number): Migration[] {
  return allMigrations(folder, place).filter(({ time }) => time > newest)
}

/**
 * All migrations of a dialect.
 *
 * @param newest - the time of the newest applied migration; undefined where there is no journal yet
 */
export function migrationStates(
  folder: MigrationsFolder,
  place: TablePlace,
  journal: Journal,
  newest: number | undefined,
): MigrationState[] {
  return allMigrations(folder, place).map((migration, index) => {
    const isApplied = migration.time <= (newest ?? 0)
    const begin = index === 0 && newest === undefined ? beginning(journal) : []
    const statements = isApplied ? [] : [...begin, ...migration.statements, journal.insert(migration)]
    return { name: migration.name, isApplied, statements }
  })
}

const beginning = ({ createSchema, create }: Journal) => (createSchema ? [createSchema, create] : [create])

function allMigrations(folder: MigrationsFolder, place: TablePlace): Migration[] {
  const folderOfAll = migrationsFolder(folder)
  const names = namesIn(folderOfAll)
  return readMigrationFiles({ migrationsFolder: folderOfAll }).map(({ sql, folderMillis, hash }) => ({
    name: names.get(folderMillis)!,
    time: folderMillis,
    hash,
    statements: sql.map((statement) => moved(statement, place)),
  }))
}

// drizzle-orm reads drizzle-kit's journal of the files without the names, so the names are read here.
function namesIn(folder: string): Map<number, string> {
  const { entries } = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as {
    entries: { when: number; tag: string }[]
  }
  return new Map(entries.map(({ when, tag }) => [when, tag]))
}

// An index is always in the schema of its table, so only the tables get a schema.
function moved(statement: string, { schema, name }: TablePlace): string {
  return statement.replaceAll(
    /(["`])stored_sessions(?:(_keys|_events)?\1)?/g,
    (match: string, quote: string, suffix = '') => {
      const escaped = (text: string) => text.replaceAll(quote, quote + quote)
      if (!match.endsWith(quote)) return quote + escaped(name)
      const table = quote + escaped(name) + suffix + quote
      return schema === undefined ? table : `${quote}${escaped(schema)}${quote}.${table}`
    },
  )
}
