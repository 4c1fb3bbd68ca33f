import { fileURLToPath } from 'node:url'
import { readMigrationFiles } from 'drizzle-orm/migrator'

/** The table that our migrations create; under another name they are rewritten on the way. */
export const DEFAULT_TABLE = 'stored_sessions'

/** The journal beside a table, in drizzle-kit's own form, so that both may be used on one database. */
export const journalOf = (table: string) => `${table}_migrations`

/** One migration that drizzle-kit generated. */
export interface Migration {
  /** When it was generated, epoch milliseconds: the journal's order. */
  readonly time: number
  readonly hash: string
  readonly statements: readonly string[]
}

/**
 * The migrations of a dialect that come after the newest one applied, in their order, with our table and its indexes
 * under the name asked for.
 */
export function pendingMigrations(folder: 'pg' | 'mysql' | 'sqlite', table: string, newest: number): Migration[] {
  const migrationsFolder = fileURLToPath(new URL(`../../drizzle/${folder}`, import.meta.url))
  return readMigrationFiles({ migrationsFolder })
    .filter(({ folderMillis }) => folderMillis > newest)
    .map(({ sql, folderMillis, hash }) => ({
      time: folderMillis,
      hash,
      statements: sql.map((statement) => renamed(statement, table)),
    }))
}

function renamed(statement: string, table: string): string {
  return statement.replaceAll(
    /(["`])stored_sessions/g,
    (_, quote: string) => quote + table.replaceAll(quote, quote + quote),
  )
}
