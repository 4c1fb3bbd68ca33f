import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Origin } from './results.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { dumpTables, type Row, type TestDatabase } from './test-database.ts'

export async function createSqliteDatabase(): Promise<TestDatabase> {
  const folder = temporaryFolder('sqlite')
  const file = join(folder, 'test.db')
  const query = async (sql: string, params: unknown[] = []) => run(file, sql, params)
  // As the store creates it.
  writeFileSync(file, '', { mode: 0o600 })
  return {
    name: 'sqlite',
    dialect: 'sqlite',
    url: `sqlite:${file}`,
    query,
    async dump() {
      // Read before a connection of ours can move the write-ahead log into the file.
      const files = [file, `${file}-wal`].filter((path) => existsSync(path)).map((path) => readFileSync(path))
      const tables = await query(`SELECT '"' || name || '"' AS name FROM sqlite_schema WHERE type = 'table'`)
      const names = tables.map(({ name }) => String(name))
      return Buffer.concat([await dumpTables({ query }, names), ...files])
    },
    drop: () => rm(folder, { recursive: true, force: true }),
  }
}

function run(file: string, sql: string, params: unknown[]): Row[] {
  const database = new Database(file)
  try {
    const statement = database.prepare<unknown[], Row>(sql)
    if (statement.reader) return statement.all(...params)
    statement.run(...params)
    return []
  } finally {
    database.close()
  }
}

export function sqliteOrigin(): Origin {
  const database = new Database(':memory:')
  const version = String(database.prepare('SELECT sqlite_version()').pluck().get())
  database.close()
  const { version: driver } = createRequire(import.meta.url)('better-sqlite3/package.json')
  return { name: 'sqlite', version, source: `npm package better-sqlite3 ${driver}` }
}
