import type { Table } from 'drizzle-orm'
import { PgSchema, pgTable } from 'drizzle-orm/pg-core'
import { storedSessionsColumns, storedSessionsIndexes } from '../../schema/pg.ts'
import type { SessionsTable } from '../sql/statement.ts'
import { placeOfName } from '../sql/table-place.ts'

/** The table of a name, which may have a schema, or the Drizzle table as it is. */
export function pgSessionsTable(table: string | Table): SessionsTable {
  if (typeof table !== 'string') return table as SessionsTable
  const { schema, name } = placeOfName(table) ?? { name: table }
  const columns = storedSessionsColumns()
  const indexes = storedSessionsIndexes(name)
  if (schema === undefined) return pgTable(name, columns, indexes)
  // The class, because the function of Drizzle refuses "public", which is a schema like any other here.
  return new PgSchema(schema).table(name, columns, indexes)
}
