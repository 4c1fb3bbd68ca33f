import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { drizzle as drizzleSqlite } from 'drizzle-orm/better-sqlite3'
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import { drizzle as drizzleNodePostgres } from 'drizzle-orm/node-postgres'
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js'
import mysqlCallbacks from 'mysql2'
import mysql from 'mysql2/promise'
import pg from 'pg'
import postgres from 'postgres'
import { StoredSessionStore, type StoreOptions } from '../../src/index.ts'
import { type Dialect, forEachDatabase } from '../harness/databases.ts'
import { deedOf } from '../store/trimming/trim-result.ts'
import { allRows, storedRow } from '../support/rows.ts'
import { contentOf, destroy, load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret, storesOn } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { userIdOf } from '../support/user-id.ts'

/** A database that the application opened, and whether its client still answers. */
interface Handed {
  database: StoreOptions['database']
  answers(): Promise<unknown>
  close(): unknown
}

type Open = (url: string) => Handed | Promise<Handed>

const pathOf = (url: string) => url.slice('sqlite:'.length)

const DRIVERS: Record<Dialect, Record<string, Open>> = {
  pg: {
    'a postgres.js client': (url) => {
      const client = postgres(url, { max: 2, onnotice: () => {} })
      return { database: drizzlePostgresJs(client), answers: () => client`select 1`, close: () => client.end() }
    },
    'a postgres.js client without prepared statements': (url) => {
      const client = postgres(url, { max: 2, prepare: false, transform: postgres.camel, onnotice: () => {} })
      return { database: drizzlePostgresJs({ client }), answers: () => client`select 1`, close: () => client.end() }
    },
    'a pg Pool': (url) => {
      const pool = new pg.Pool({ connectionString: url, max: 2 })
      return { database: drizzleNodePostgres(pool), answers: () => pool.query('select 1'), close: () => pool.end() }
    },
    'a pg Client': async (url) => {
      const client = new pg.Client(url)
      await client.connect()
      return {
        database: drizzleNodePostgres({ client }),
        answers: () => client.query('select 1'),
        close: () => client.end(),
      }
    },
  },
  mysql: {
    'a promise pool of mysql2': (url) => {
      const pool = mysql.createPool({ uri: url, connectionLimit: 2 })
      return { database: drizzleMysql(pool), answers: () => pool.query('select 1'), close: () => pool.end() }
    },
    'a callback pool of mysql2': (url) => {
      const pool = mysqlCallbacks.createPool({ uri: url, connectionLimit: 2 })
      const promises = pool.promise()
      return { database: drizzleMysql(pool), answers: () => promises.query('select 1'), close: () => promises.end() }
    },
    'a pool with habits of its own': (url) => {
      const pool = mysql.createPool({
        uri: url,
        connectionLimit: 2,
        rowsAsArray: true,
        nestTables: true,
        namedPlaceholders: true,
        supportBigNumbers: true,
        bigNumberStrings: true,
        flags: ['-FOUND_ROWS'],
        typeCast: (field) => field.string(),
      })
      return { database: drizzleMysql(pool), answers: () => pool.query('select 1'), close: () => pool.end() }
    },
    'one connection of mysql2': async (url) => {
      const connection = await mysql.createConnection(url)
      const answers = () => connection.query('select 1')
      return { database: drizzleMysql(connection), answers, close: () => connection.end() }
    },
  },
  sqlite: {
    'a better-sqlite3 database': (url) => {
      const client = new Database(pathOf(url))
      return {
        database: drizzleSqlite(client),
        answers: async () => client.exec('select 1'),
        close: () => client.close(),
      }
    },
    'a better-sqlite3 database with big integers': (url) => {
      const client = new Database(pathOf(url)).defaultSafeIntegers()
      return {
        database: drizzleSqlite({ client }),
        answers: async () => client.exec('select 1'),
        close: () => client.close(),
      }
    },
  },
}

/** What a store does in the life of a few sessions, each step through another statement. */
async function live(store: StoredSessionStore, advance: (ms: number) => void): Promise<void> {
  const ids = Array.from({ length: 3 }, newId)
  for (const id of ids) await save(store, id, newSession({ id, n: 1, userId: id }))
  const sessions = await Promise.all(ids.map((id) => loaded(store, id)))
  for (const session of sessions) session.n = 2
  await Promise.all(sessions.map((session, index) => save(store, ids[index]!, session)))
  advance(120_000)
  const later = await Promise.all(ids.map((id) => loaded(store, id)))
  assert.deepEqual(
    later.map(contentOf),
    ids.map((id) => ({ id, n: 2, userId: id })),
  )
  await assertListed(store, ids)
  await destroy(store, ids[0]!)
  assert.deepEqual(await store.revoke({ user: ids[1]! }), { revoked: 1 })
  const except = store.handle({ sessionId: ids[2]! })
  assert.deepEqual(await store.revoke({ all: true, except }), { revoked: 0 })
  assert.deepEqual(await Promise.all(ids.slice(0, 2).map((id) => load(store, id))), [null, null])
  advance(4 * 3_600_000)
  assert.deepEqual(deedOf(await store.trim()), { trimmed: 3, batches: 1, complete: true })
}

/** Lists and counts, whose numbers and bytes drivers hand out in different forms. */
async function assertListed(store: StoredSessionStore, ids: string[]): Promise<void> {
  const { sessions, next } = await store.list({ limit: 2 })
  const rest = await store.list({ limit: 2, cursor: next })
  const listed = [...sessions, ...rest.sessions]
  const expected = ids.map((id) => [store.handle({ sessionId: id }), id, 'live'])
  assert.deepEqual(listed.map(({ handle, user, state }) => [handle, user, state]).toSorted(), expected.toSorted())
  assert.equal(await store.count({ state: 'live' }), ids.length)
  const { live, bytes, oldest } = await store.stats()
  const earliest = Math.min(...listed.map(({ createdAt }) => createdAt.getTime()))
  assert.deepEqual([live, oldest?.getTime()], [ids.length, earliest])
  assert.equal(
    bytes,
    listed.reduce((sum, session) => sum + session.bytes, 0),
  )
}

forEachDatabase((target) => {
  const suite = storesOn(target)

  for (const [name, open] of Object.entries(DRIVERS[target.dialect])) {
    test(`a store works on ${name} that was handed in, and leaves it open`, async (t) => {
      const handed = await open(suite.database.url)
      t.after(() => handed.close())
      const store = new StoredSessionStore({ database: handed.database, secret, trim: false, user: userIdOf })
      await store.ready()
      t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
      await live(store, (ms) => t.mock.timers.setTime(Date.now() + ms))
      assert.deepEqual(await allRows(suite.database), [])
      await store.close()
      await handed.answers()
    })

    test(`${name} that was handed in can be migrated`, async (t) => {
      const database = await target.create()
      const handed = await open(database.url)
      t.after(async () => {
        await handed.close()
        await database.drop()
      })
      for (const _start of ['first', 'second']) {
        const store = new StoredSessionStore({ database: handed.database, secret, trim: false, migrate: true })
        await store.ready()
        await store.close()
      }
      assert.deepEqual(await allRows(database), [])
      await handed.answers()
    })
  }

  test('what was touched while the process went on is stored before the database is closed', async (t) => {
    const id = newId()
    await save(suite.store, id, newSession({ n: 1 }))
    const store = await suite.another()
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 120_000 })
    await load(store, id)
    await store.close()
    assert.equal((await storedRow(suite.database, id)).touchedAt, Date.now())
  })

  test('many sessions are touched together', async (t) => {
    const ids = Array.from({ length: 150 }, newId)
    for (const id of ids) await save(suite.store, id, newSession({ n: 1 }))
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 120_000 })
    await Promise.all(ids.map((id) => load(suite.store, id)))
    await until('all are touched', async () => {
      const rows = await allRows(suite.database)
      return rows.filter(({ touchedAt }) => touchedAt === Date.now()).length === ids.length
    })
  })
})
