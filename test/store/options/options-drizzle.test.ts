import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { entityKind } from 'drizzle-orm'
import { drizzle as drizzleD1 } from 'drizzle-orm/d1'
import { drizzle as drizzleMysqlProxy } from 'drizzle-orm/mysql-proxy'
import { withReplicas } from 'drizzle-orm/pg-core'
import { drizzle as drizzlePgProxy } from 'drizzle-orm/pg-proxy'
import { drizzle as drizzleSqlJs } from 'drizzle-orm/sql-js'
import { drizzle as drizzleSqliteProxy } from 'drizzle-orm/sqlite-proxy'
import { refusal } from './options-faults.ts'

const nothing = async () => ({ rows: [] })

/** What drivers return that are not installed here. */
const named = (name: string) =>
  new (class {
    static readonly [entityKind] = name
    readonly $client = {}
  })()

const OTHERS: Record<string, unknown> = {
  PgRemoteDatabase: drizzlePgProxy(nothing),
  MySqlRemoteDatabase: drizzleMysqlProxy(nothing),
  SqliteRemoteDatabase: drizzleSqliteProxy(nothing),
  D1Database: drizzleD1({} as never),
  BaseSQLiteDatabase: drizzleSqlJs({} as never),
  ...Object.fromEntries(
    ['NeonHttpDatabase', 'PlanetScaleDatabase', 'BunSQLiteDatabase', 'ExpoSQLiteDatabase', 'toString'].map((name) => [
      name,
      named(name),
    ]),
  ),
}

describe('a Drizzle database', () => {
  for (const [name, database] of Object.entries(OTHERS)) {
    test(`of another driver is refused by its name: ${name}`, () => {
      assert.equal(
        refusal({ database }),
        `database is a ${name}, which is not supported; pass what drizzle(...) of drizzle-orm/postgres-js, node-postgres, pglite, mysql2, better-sqlite3 or libsql returned, or a URL (postgres://…, mysql://…, mariadb://…, sqlite:PATH or sqlite::memory:)`,
      )
    })
  }

  test('is what a URL of libSQL is refused for, without its token', () => {
    assert.equal(
      refusal({ database: 'libsql://db-ada.turso.io?authToken=hush' }),
      'database is a URL of libSQL, whose client is not opened here; pass what drizzle({ connection: { url, authToken } }) of drizzle-orm/libsql returned',
    )
  })

  test('that reads from replicas is refused, because those lag', () => {
    const primary = drizzlePgProxy(nothing)
    assert.equal(
      refusal({ database: withReplicas(primary, [drizzlePgProxy(nothing)]) }),
      'database is what withReplicas(...) returned, which reads from replicas that lag; pass its $primary',
    )
  })
})
