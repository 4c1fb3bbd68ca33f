import type { Sql } from 'postgres'
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

/** Reads a table of PostgreSQL. */
export const pgSource: TableReader = {
  async *read({ url }, layout) {
    const sql = await connection(url)
    try {
      const { columns } = await sql.unsafe(`select * from ${quoted(layout.table, '"')} limit 0`)
      const text = pageStatement(layout, clientColumns(columns.map(({ name }) => name)))
      yield* pages(async (after, limit) => {
        const rows = await sql.unsafe<ForeignRow[]>(text, [after, limit], { prepare: false })
        return rows.map((row) => toForeign(row, Number))
      }, BATCH)
    } finally {
      await end(sql)
    }
  },
  async count({ url }, { table }) {
    const sql = await connection(url)
    try {
      const [row] = await sql.unsafe(`select count(*)::text as count from ${quoted(table, '"')}`)
      return Number(row?.count)
    } finally {
      await end(sql)
    }
  },
}

async function connection(url: string): Promise<Sql> {
  const { default: postgres } = await loadDriver('PostgreSQL', 'postgres', () => import('postgres'))
  return postgres(url, { max: 1, fetch_types: false, onnotice: () => {} })
}

const end = (sql: Sql) => sql.end({ timeout: 1 })

// The store writes and compares a timestamp without a time zone in the time zone of the connection.
function pageStatement({ table, id, data, expires }: TableLayout, client: ClientColumns): string {
  const [from, key, content, time] = [table, id, data, expires].map((name) => quoted(name, '"'))
  return `select ${key} as id, ${content}::text as data, (extract(epoch from ${time}::timestamptz) * 1000)::text as expires
    ${selectedClient(client, (column) => `${quoted(column, '"')}::text`)}
    from ${from} where ${key} > $1 order by ${key} limit $2`
}
