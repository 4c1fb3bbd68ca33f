import { type SQL, sql } from 'drizzle-orm'
import { columnKeys, type SessionsTable } from '../statement.ts'
import { columnNames, value } from '../statements.ts'
import { sequence } from './sizes.ts'

/** An INSERT of so many rows: all of them, or none when one is there already. */
export function insertManyRows(table: SessionsTable, size: number): SQL {
  const names = columnNames(table)
  const columns = columnKeys.map((key) => names[key])
  const rows = sequence(size).map((index) => {
    const values = columnKeys.map((key) => value(`${key}${index}`))
    return sql`(${sql.join(values, sql`, `)})`
  })
  return sql`insert into ${table} (${sql.join(columns, sql`, `)}) values ${sql.join(rows, sql`, `)}`
}
