import { readFileSync } from 'node:fs'
import type { Dialect } from '../harness/databases.ts'

const page = readFileSync(new URL('../../docs/tables.md', import.meta.url), 'utf8')

/** The programs of docs/tables.md by their file names. */
export const pagePrograms = Object.fromEntries(
  [...page.matchAll(/^```ts\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)].map(([, file, code]) => [file!, code!]),
)

/** What is called differently where the database is another: the page has PostgreSQL. */
const OTHERS: Record<Exclude<Dialect, 'pg'>, [from: RegExp, to: string][]> = {
  mysql: [
    [/pg-core/g, 'mysql-core'],
    [/schema\/pg/g, 'schema/mysql'],
    [/\bpgTable\b/g, 'mysqlTable'],
    [/'postgresql'/, "'mysql'"],
    // drizzle-kit writes "serial AUTO_INCREMENT", which MariaDB takes for the same word twice.
    [/\{ mysqlTable, serial, text \}/, '{ int, mysqlTable, text }'],
    [/serial\(\)\.primaryKey\(\)/, 'int().primaryKey().autoincrement()'],
    [/import \{ pgSchema, text \}/, 'import { mysqlTable, text, varchar }'],
    [/text\('account'\)/, "varchar('account', { length: 255 })"],
    [/\n.*pgSchema\('auth'\)\n/, ''],
    [/auth\.table\(\s*'/g, "mysqlTable('auth_"],
    [/storedSessionsIndexes\('/, "storedSessionsIndexes('auth_"],
  ],
  sqlite: [
    [/pg-core/g, 'sqlite-core'],
    [/schema\/pg/g, 'schema/sqlite'],
    [/\bpgTable\b/g, 'sqliteTable'],
    [/'postgresql'/, "'sqlite'"],
    [/url: process.env.DATABASE_URL!/, "url: process.env.DATABASE_URL!.replace('sqlite:', '')"],
    [/import \{ sqliteTable, serial, text \}/, 'import { integer, sqliteTable, text }'],
    [/serial\(\)/, 'integer()'],
    [/import \{ pgSchema, text \}/, 'import { sqliteTable, text }'],
    [/\n.*pgSchema\('auth'\)\n/, ''],
    [/auth\.table\(\s*'/g, "sqliteTable('auth_"],
    [/storedSessionsIndexes\('/, "storedSessionsIndexes('auth_"],
  ],
}

/** A program of the page for a dialect. */
export function pageProgram(file: string, dialect: Dialect): string {
  const code = pagePrograms[file]!
  if (dialect === 'pg') return code
  return OTHERS[dialect].reduce((text, [from, to]) => text.replace(from, to), code)
}
