import { MissingTableError } from '../errors.ts'
import { DEFAULT_TABLE } from './migrations.ts'
import { keysTableOf } from './session-keys.ts'

const COMMAND = 'DATABASE_URL=… npx drizzle-kit migrate --config node_modules/stored-session/drizzle.config.ts'

/** The start's answer to a table that is not there, or is not the one this release expects. */
export function missingTable(table: string, what: 'is missing' | 'lacks a column that this release needs'): Error {
  return new MissingTableError(`the table "${table}" ${what}. ${advice(table)}`)
}

// The command makes the table of our migrations as they are, and knows no other name.
function advice(table: string): string {
  if (table !== DEFAULT_TABLE && table !== keysTableOf(DEFAULT_TABLE))
    return 'Set migrate: true, or, for a table of your own Drizzle schema, migrate that'
  return `Run: ${COMMAND} (with the URL of the database that holds the sessions), or set migrate: true`
}
