import { existsSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { loadDriver } from '../database/sql/load-driver.ts'
import {
  BATCH,
  type ClientColumns,
  clientColumns,
  type ForeignRow,
  pages,
  quoted,
  selectedClient,
  type TableLayout,
  type TableReader,
  toForeign,
} from './source.ts'

/** Reads a table of SQLite. */
export const sqliteSource: TableReader = {
  async *read({ url }, layout) {
    const client = await open(url)
    try {
      const columns = client.prepare(`select * from ${quoted(layout.table, '"')} limit 0`).columns()
      const text = pageStatement(layout, clientColumns(columns.map(({ name }) => name)))
      const statement = client.prepare<unknown[], ForeignRow>(text)
      yield* pages(async (after, limit) => statement.all(after, limit).map((row) => toForeign(row, epochOf)), BATCH)
    } finally {
      client.close()
    }
  },
  async count({ url }, { table }) {
    const client = await open(url)
    try {
      return client
        .prepare(`select count(*) from ${quoted(table, '"')}`)
        .pluck()
        .get() as number
    } finally {
      client.close()
    }
  },
}

async function open(url: string): Promise<Database> {
  const { default: SqliteDatabase } = await loadDriver('SQLite', 'better-sqlite3', () => import('better-sqlite3'))
  const file = url.replace(/^sqlite:/i, '')
  // Otherwise the driver reports a missing folder, or creates an empty file.
  if (!existsSync(file)) throw new Error(`there is no file ${file}`)
  return new SqliteDatabase(file, { readonly: true })
}

function pageStatement({ table, id, data, expires }: TableLayout, client: ClientColumns): string {
  const [from, key, content, time] = [table, id, data, expires].map((name) => quoted(name, '"'))
  return `select ${key} as id, cast(${content} as text) as data, ${time} as expires
    ${selectedClient(client, (column) => `cast(${quoted(column, '"')} as text)`)}
    from ${from} where ${key} > ? order by ${key} limit ?`
}

// SQLite has no type for dates: text is in UTC, and numbers are milliseconds.
function epochOf(expires: string | number): number {
  if (typeof expires === 'number') return expires
  return Date.parse(/(z|[+-]\d\d:?\d\d)$/i.test(expires) ? expires : `${expires}Z`)
}
