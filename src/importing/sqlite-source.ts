import { existsSync } from 'node:fs'
import { driver } from './driver.ts'
import { type ForeignRow, pages, quoted, toForeign } from './pages.ts'
import { BATCH, type OpenSource, type TableLayout } from './source.ts'

/** Reads a table of SQLite. */
export const sqliteSource: OpenSource = async function* sqliteSource({ url }, layout) {
  const { default: Database } = await driver('SQLite', 'better-sqlite3', () => import('better-sqlite3'))
  const file = url.replace(/^sqlite:/i, '')
  // The driver would say that a folder does not exist, or make an empty file.
  if (!existsSync(file)) throw new Error(`there is no file ${file}`)
  const client = new Database(file, { readonly: true })
  try {
    const statement = client.prepare<unknown[], ForeignRow>(pageStatement(layout))
    yield* pages(async (after, limit) => statement.all(after, limit).map((row) => toForeign(row, epochOf)), BATCH)
  } finally {
    client.close()
  }
}

function pageStatement({ table, id, data, expires }: TableLayout): string {
  const [from, key, content, time] = [table, id, data, expires].map((name) => quoted(name, '"'))
  return `select ${key} as id, cast(${content} as text) as data, ${time} as expires
    from ${from} where ${key} > ? order by ${key} limit ?`
}

// There is no type for dates: these are text in UTC, and numbers are milliseconds.
function epochOf(expires: string | number): number {
  if (typeof expires === 'number') return expires
  return Date.parse(/(z|[+-]\d\d:?\d\d)$/i.test(expires) ? expires : `${expires}Z`)
}
