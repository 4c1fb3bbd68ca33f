import { driver } from './driver.ts'
import { type ForeignRow, pages, quoted, toForeign } from './pages.ts'
import { BATCH, type OpenSource, type TableLayout } from './source.ts'

/** Reads a table of MySQL or MariaDB. */
export const mysqlSource: OpenSource = async function* mysqlSource({ url }, layout) {
  const { createConnection } = await driver('MySQL and MariaDB', 'mysql2', () => import('mysql2/promise'))
  const connection = await createConnection({ uri: url.replace(/^mariadb:/i, 'mysql:') })
  try {
    const text = pageStatement(layout)
    yield* pages(async (after, limit) => {
      const [rows] = await connection.query(text, [after, limit])
      return (rows as ForeignRow[]).map((row) => toForeign(row, Number))
    }, BATCH)
  } finally {
    await connection.end()
  }
}

function pageStatement({ table, id, data, expires, unit }: TableLayout): string {
  const [from, key, content, time] = [table, id, data, expires].map((name) => quoted(name, '`'))
  // The stores write dates in UTC, into a type that knows no time zone.
  const epochMs = unit === 'seconds' ? `${time} * 1000` : `timestampdiff(microsecond, '1970-01-01', ${time}) / 1000`
  return `select ${key} as id, cast(${content} as char) as data, cast(${epochMs} as char) as expires
    from ${from} where ${key} > ? order by ${key} limit ?`
}
