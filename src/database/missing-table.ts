import { MissingTableError } from '../errors.ts'

const COMMAND = 'DATABASE_URL=… npx drizzle-kit migrate --config node_modules/stored-session/drizzle.config.ts'

/** The start's answer to a table that is not there, or is not the one this release expects. */
export function missingTable(table: string, what: 'is missing' | 'lacks a column that this release needs'): Error {
  return new MissingTableError(
    `the table "${table}" ${what}. Run: ${COMMAND} (with the URL of the database that holds the sessions), or set migrate: true`,
  )
}
