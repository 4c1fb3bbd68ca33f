import { type SQL, sql } from 'drizzle-orm'
import type { SessionDatabase, SessionEventRows } from '../contract/session-database.ts'
import { dueCounter } from '../sql/count-due.ts'
import { eventColumns, eventsIdentifier } from '../sql/event-statements.ts'
import { type Compile, columnNames, type SessionsTable, value, valuesFor } from '../sql/statements.ts'
import type { SqliteClient } from './client.ts'

/** Trimming in SQLite. */
export function sqliteTrimming(
  client: SqliteClient,
  compile: Compile,
  table: SessionsTable,
  name: string,
): Required<Pick<SessionDatabase, 'trim' | 'trimAlone' | 'countDue' | 'longestBatch'>> {
  const statement = compile(trimRows(table))
  const trim: SessionDatabase['trim'] = async (before, limit) =>
    client.change(statement, valuesFor(statement, { before, limit }))
  return {
    trim,
    countDue: dueCounter(compile, table, async (count, values) => ({
      rows: await client.rows(count, valuesFor(count, values)),
    })),
    // Statements are synchronous, so the requests of the process wait for them.
    longestBatch: 4,
    trimAlone: (work) => client.trimAlone(name, () => work(trim)),
  }
}

function trimRows(table: SessionsTable): SQL {
  const { sid, trimAt } = columnNames(table)
  return sql`delete from ${table} where ${sid} in (
    select ${sid} from ${table} where ${trimAt} <= ${value('before')} order by ${trimAt} limit ${value('limit')})`
}

/** Deletes the oldest events of a sessions table. */
export function trimEvents(client: SqliteClient, compile: Compile, table: SessionsTable): SessionEventRows['trim'] {
  const events = eventsIdentifier(table)
  const { at } = eventColumns
  const statement = compile(sql`delete from ${events} where rowid in (
    select rowid from ${events} where ${at} < ${value('before')} order by ${at} limit ${value('limit')})`)
  return async (before, limit) => client.change(statement, valuesFor(statement, { before, limit }))
}
