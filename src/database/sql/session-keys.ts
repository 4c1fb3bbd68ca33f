import { type SQL, sql } from 'drizzle-orm'
import type { KeyRow, SessionKeys } from '../contract/stored-keys.ts'
import { eventColumns, eventsIdentifier } from './event-statements.ts'
import type { Compile, SessionsTable, Statement } from './statements.ts'
import { columnNames, value } from './statements.ts'
import { placeOfTable } from './table-place.ts'

/** The name of the table of wrapped data keys for a sessions table. */
export const keysTableOf = (table: string) => `${table}_keys`

/** The parts of the key statements that depend on the dialect. */
interface KeyExecution {
  rows(statement: Statement): Promise<Record<string, unknown>[]>
  /** Runs a statement that changes rows, and returns how many. */
  count(statement: Statement, values: object): Promise<number>
  /** Prepares or runs a statement, and reports what the table lacks. */
  check(statement: Statement, table: string): Promise<void>
  /** Whether a statement failed because a table does not exist. */
  isMissingTable(error: unknown): boolean
}

/**
 * The wrapped data keys of a sessions table.
 *
 * @param name - the name of the sessions table, without quotes, for messages
 * @param insertNew - changes an INSERT so that it keeps a row with the same id, where the dialect has such a clause
 */
export function sessionKeys(
  compile: Compile,
  table: SessionsTable,
  name: string,
  execution: KeyExecution,
  insertNew: (insert: SQL) => SQL = (insert) => insert,
): SessionKeys {
  const keys = keysIdentifier(table)
  const [id, wrapped, createdAt] = ['id', 'wrapped', 'created_at'].map((column) => sql.identifier(column))
  const selected = sql`select ${id}, ${wrapped}, ${createdAt} as ${sql.identifier('createdAt')} from ${keys}`
  const read = compile(selected)
  const check = compile(sql`${selected} where 1 = 0`)
  const insert = compile(
    insertNew(sql`insert into ${keys} (${id}, ${wrapped}, ${createdAt})
      values (${value('id')}, ${value('wrapped')}, ${value('createdAt')})`),
  )
  const events = eventsIdentifier(table)
  const sealNoSession = sql`delete from ${keys} where ${createdAt} < ${value('before')}
    and not exists (select 1 from ${table} where ${table}.${columnNames(table).keyId} = ${keys}.${id})`
  const withoutEvents = compile(sealNoSession)
  const deleteUnused = compile(sql`${sealNoSession}
    and not exists (select 1 from ${events} where ${events}.${eventColumns.keyId} = ${keys}.${id})`)
  return {
    check: () => execution.check(check, keysTableOf(name)),
    read: async () => (await execution.rows(read)).map(toKeyRow),
    insert: async (key) => (await execution.count(insert, key)) === 1,
    async deleteUnused(before) {
      try {
        return await execution.count(deleteUnused, { before })
      } catch (error) {
        // Without the option `history`, an application may do without the table of events.
        if (!execution.isMissingTable(error)) throw error
        return execution.count(withoutEvents, { before })
      }
    },
  }
}

// In the schema of the sessions table, if it has one.
function keysIdentifier(table: SessionsTable): SQL {
  const { schema, name } = placeOfTable(table)
  const keys = sql`${sql.identifier(keysTableOf(name))}`
  return schema === undefined ? keys : sql`${sql.identifier(schema)}.${keys}`
}

function toKeyRow({ id, wrapped, createdAt }: Record<string, unknown>): KeyRow {
  return { id: Number(id), wrapped: Buffer.from(wrapped as Uint8Array), createdAt: Number(createdAt) }
}
