import type { Connection } from 'mysql2/promise'
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

/** Reads a table of MySQL or MariaDB. */
export const mysqlSource: TableReader = {
  async *read({ url }, layout) {
    const connection = await connect(url)
    try {
      const [, fields] = await connection.query(`select * from ${quoted(layout.table, '`')} limit 0`)
      const text = pageStatement(layout, clientColumns(fields.map(({ name }) => name)))
      yield* pages(async (after, limit) => {
        const [rows] = await connection.query(text, [after, limit])
        return (rows as ForeignRow[]).map((row) => toForeign(row, Number))
      }, BATCH)
    } finally {
      await connection.end()
    }
  },
  async count({ url }, { table }) {
    const connection = await connect(url)
    try {
      const [rows] = await connection.query(`select count(*) as count from ${quoted(table, '`')}`)
      return Number((rows as { count: unknown }[])[0]?.count)
    } finally {
      await connection.end()
    }
  },
}

async function connect(url: string): Promise<Connection> {
  const { createConnection } = await loadDriver('MySQL and MariaDB', 'mysql2', () => import('mysql2/promise'))
  return createConnection({ uri: url.replace(/^mariadb:/i, 'mysql:') })
}

function pageStatement({ table, id, data, expires, unit }: TableLayout, client: ClientColumns): string {
  const [from, key, content, time] = [table, id, data, expires].map((name) => quoted(name, '`'))
  // The stores write dates in UTC, into a type without a time zone.
  const epochMs = unit === 'seconds' ? `${time} * 1000` : `timestampdiff(microsecond, '1970-01-01', ${time}) / 1000`
  return `select ${key} as id, cast(${content} as char) as data, cast(${epochMs} as char) as expires
    ${selectedClient(client, (column) => `cast(${quoted(column, '`')} as char)`)}
    from ${from} where ${key} > ? order by ${key} limit ?`
}
