import { type SQL, sql } from 'drizzle-orm'
import type { SessionDatabase } from '../contract/session-database.ts'
import type { Compile, SessionsTable, Statement } from './statements.ts'
import { byLimit, columnNames, value } from './statements.ts'

/** Creates the method that counts the rows due for deletion, up to a limit. */
export function dueCounter(
  compile: Compile,
  table: SessionsTable,
  run: (statement: Statement, values: object) => Promise<{ rows: Record<string, unknown>[] }>,
): NonNullable<SessionDatabase['countDue']> {
  const statements = byLimit((limit) => compile(countDueRows(table, limit)))
  return async (before, limit) => Number((await run(statements(limit), { before })).rows[0]?.rowCount)
}

// The order makes the planner use the index, even if it expects that most rows are due.
function countDueRows(table: SessionsTable, limit: number): SQL {
  const { trimAt } = columnNames(table)
  return sql`select count(*) as ${sql.identifier('rowCount')} from (
    select ${trimAt} from ${table} where ${trimAt} <= ${value('before')} order by ${trimAt}
    limit ${sql.raw(String(Math.trunc(limit)))}) as due`
}
