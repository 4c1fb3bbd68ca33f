import { type SQL, sql } from 'drizzle-orm'
import type { NewRow } from '../session-database.ts'
import { columnKeys, type SessionsTable } from '../statement.ts'
import { columnNames, value } from '../statements.ts'
import { byteas, texts } from './arrays.ts'

/** Rows that one statement inserts at most: their content travels as text, which takes twice its bytes. */
export const LARGEST_INSERT = 256

const TYPES = {
  sid: 'bytea',
  data: 'bytea',
  version: 'integer',
  userId: 'text',
  createdAt: 'bigint',
  touchedAt: 'bigint',
  expiresAt: 'bigint',
  trimAt: 'bigint',
  endedAt: 'bigint',
  endReason: 'text',
  keyId: 'bigint',
} as const satisfies Record<(typeof columnKeys)[number], string>

/** An INSERT of many rows that leaves those alone that are there; it returns the keys of those that were not. */
export function insertManyRows(table: SessionsTable): SQL {
  const names = columnNames(table)
  const columns = columnKeys.map((key) => names[key])
  const lists = columnKeys.map((key) => sql`${value(key)}::text::${sql.raw(TYPES[key])}[]`)
  return sql`insert into ${table} (${sql.join(columns, sql`, `)})
    select * from unnest(${sql.join(lists, sql`, `)}) on conflict do nothing returning ${names.sid} as sid`
}

/** The parameters of {@link insertManyRows}. */
export function insertManyValues(rows: readonly NewRow[]): Record<string, string> {
  const lists = columnKeys.map((key) => [key, listOf(rows.map((row) => row[key]))])
  return Object.fromEntries(lists)
}

function listOf(list: readonly (Buffer | string | number | null)[]): string {
  if (Buffer.isBuffer(list[0])) return byteas(list as Buffer[])
  return texts(list.map((one) => (one === null ? null : String(one))))
}
