import { MissingTableError } from '../../errors.ts'
import { eventsTableOf } from './event-statements.ts'
import { DEFAULT_TABLE } from './migrations.ts'
import { keysTableOf } from './session-keys.ts'

const COMMAND = 'DATABASE_URL=… npx stored-session migrate'

/** The startup error for a table that does not exist, or lacks columns of this release. */
export function missingTable(table: string, what: 'is missing' | 'lacks a column that this release needs'): Error {
  return new MissingTableError(`the table "${table}" ${what}. ${advice(table)}`)
}

function advice(table: string): string {
  const isUsual = [DEFAULT_TABLE, keysTableOf(DEFAULT_TABLE), eventsTableOf(DEFAULT_TABLE)].includes(table)
  const command = isUsual ? COMMAND : `STORED_SESSION_TABLE=… ${COMMAND}`
  const orElse = isUsual ? '' : ', or, for a table of your own Drizzle schema, migrate that'
  return `Run: ${command} (without variables where there is a stored-session.config file), or set migrate: true${orElse}`
}
