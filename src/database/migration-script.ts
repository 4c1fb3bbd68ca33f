import { journalFor as mysqlJournal } from './mysql/migrate.ts'
import { journalFor as pgJournal } from './pg/migrate.ts'
import type { Dialect } from './recognise.ts'
import { migrationStates } from './sql/migrations.ts'
import type { TablePlace } from './sql/table-place.ts'
import { journalFor as sqliteJournal } from './sqlite/migrate.ts'

/**
 * All migrations as statements for an empty database, each without a semicolon. They fill the journal too, so that later
 * migrations know what is there.
 */
export function migrationScript(dialect: Dialect, place: TablePlace): string[] {
  const journal = dialect === 'pg' ? pgJournal(place) : JOURNALS[dialect](place.name)
  const states = migrationStates(dialect, place, journal, undefined)
  return states.flatMap(({ statements }) => statements).map((statement) => statement.trim().replace(/;$/, ''))
}

const JOURNALS = { mysql: mysqlJournal, sqlite: sqliteJournal }
