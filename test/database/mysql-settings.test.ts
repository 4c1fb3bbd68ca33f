import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { drizzle } from 'drizzle-orm/mysql2'
import mysql from 'mysql2/promise'
import { StoredSessionStore, type StoreOptions } from '../../src/index.ts'
import { findingsOf, theOne } from '../doctor/findings.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { ownServer } from '../harness/find-server.ts'
import { createMysqlDatabase, queryMysql } from '../harness/mysql-database.ts'
import type { TestServer } from '../harness/test-server.ts'
import { migratedDatabase } from '../support/migrated-database.ts'
import { allRows, unendedRows } from '../support/rows.ts'
import { assertKeepsSessions, assertNothingLeft } from '../support/signed-in-together.ts'
import { secret } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'

/** Settings of a server with which sessions would be lost, if our connections had them. */
const GLOBAL = {
  autocommit: '0',
  completion_type: "'CHAIN'",
  sql_mode: "'ANSI_QUOTES,PAD_CHAR_TO_FULL_LENGTH'",
  sql_safe_updates: '1',
  sql_select_limit: '1',
  init_connect: "'SET NAMES latin1, autocommit = 0'",
}

/** Settings of the connections of a pool, and what is said of each. */
const REFUSED: [string, RegExp][] = [
  ['autocommit = 0', /^stored-session: autocommit is off on the connections of the pool, so nothing that is written/],
  ["completion_type = 'CHAIN'", /completion_type is CHAIN on the connections/],
  ['sql_select_limit = 1', /sql_select_limit is 1 on the connections/],
]

forEachDatabase((target) => {
  if (target.dialect !== 'mysql') return
  let database: TestDatabase

  before(async () => {
    database = await migratedDatabase(target)
  })
  after(() => database.drop())

  const storeOn = (on: StoreOptions['database'], options: Partial<StoreOptions> = {}) =>
    new StoredSessionStore({ database: on, secret, trim: false, user: userIdOf, ...options })

  function poolWith(setting?: string, options: mysql.PoolOptions = {}) {
    const pool = mysql.createPool({ uri: database.url, connectionLimit: 2, ...options })
    // The promise pool passes the connection of the pool inside of it.
    if (setting) pool.on('connection', (connection) => void connection.query(`SET SESSION ${setting}`))
    return pool
  }

  async function warningsOf(store: StoredSessionStore): Promise<string[]> {
    const warnings: string[] = []
    store.events.on('databaseWarning', ({ message }) => void warnings.push(message))
    await store.ready()
    await store.close()
    return warnings
  }

  for (const [setting, said] of REFUSED) {
    test(`a pool whose connections have ${setting} is refused at start, and nothing is written`, async () => {
      const pool = poolWith(setting)
      const expected = { code: 'FST_STORED_SESSION_WRONG_SETTINGS', message: said }
      await assert.rejects(storeOn(drizzle(pool)).ready(), expected).finally(() => pool.end())
      assert.deepEqual(await allRows(database), [])
    })
  }

  test('a pool whose charset cannot hold all user ids is refused at start', async () => {
    const pool = poolWith(undefined, { charset: 'latin1' })
    await assert
      .rejects(storeOn(drizzle(pool)).ready(), { message: /other values than were stored in userId, so/ })
      .finally(() => pool.end())
    assert.deepEqual(await unendedRows(database), [])
  })

  test('a pool with other settings than ours is accepted where they change nothing', async () => {
    const pool = poolWith("sql_mode = 'ANSI_QUOTES,PAD_CHAR_TO_FULL_LENGTH,NO_BACKSLASH_ESCAPES', sql_safe_updates = 0")
    const store = storeOn(drizzle(pool))
    await store.ready()
    await assertKeepsSessions(store)
    await store.close()
    await pool.end()
    await assertNothingLeft(database)
  })

  test('a max_allowed_packet that is smaller than a session may be is a warning at start', async () => {
    const [row] = await database.query('SELECT @@max_allowed_packet AS packet')
    const packet = Number(row?.packet)
    const [warning, ...others] = await warningsOf(storeOn(database.url, { maxBytes: packet }))
    assert.match(
      String(warning),
      new RegExp(`^max_allowed_packet is ${packet} bytes, and maxBytes ${packet}: .*smaller$`),
    )
    assert.deepEqual(others, [])
    assert.deepEqual(await warningsOf(storeOn(database.url)), [])
  })

  if (target.name !== 'mysql' && target.name !== 'mariadb') return
  const { name } = target
  let server: TestServer

  before(async () => {
    server = await ownServer(name)
    await server.start()
  })
  after(() => server?.remove())

  test('sessions are kept on a server that accepts no more prepared statements, with one warning', async () => {
    const own = await createMysqlDatabase(name, server.url)
    const former = storeOn(own.url, { migrate: true })
    await assertKeepsSessions(former)
    await queryMysql(server.url, 'SET GLOBAL max_prepared_stmt_count = 0')
    const { host, port } = new URL(own.url)
    const pool = mysql.createPool({ uri: own.url, connectionLimit: 2 })
    const typical = mysql.createPool({ uri: own.url, connectionLimit: 2, typeCast: (field) => field.string() })
    const connection = await mysql.createConnection(own.url)
    const stores = [
      ...[own.url, own.url.replace(host, `${host},localhost:${port}`)].map((url) => storeOn(url)),
      ...[drizzle(pool), drizzle(typical), drizzle(connection)].map((client) => storeOn(client)),
    ]
    for (const store of stores) {
      const warnings: string[] = []
      store.events.on('databaseWarning', ({ message }) => void warnings.push(message))
      await store.ready()
      await assertKeepsSessions(store)
      await assertKeepsSessions(store, ['?', undefined, "'; --", 'back\\', '🔑'])
      assert.equal((await store.health()).ok, true)
      assert.equal(warnings.length, 1)
      assert.match(warnings[0]!, /max_prepared_stmt_count.* SET GLOBAL max_prepared_stmt_count = 65536$/)
    }
    assert.equal(theOne(await findingsOf(own, { user: userIdOf }), 'storing').level, 'ok')
    await assertKeepsSessions(former)
    await assertNothingLeft(own)
    for (const store of [...stores, former]) await store.close()
    await queryMysql(server.url, 'SET GLOBAL max_prepared_stmt_count = 16382')
    await Promise.all([pool.end(), typical.end(), connection.end()])
  })

  test('sessions are kept on a server whose settings for all connections would lose them', async () => {
    const own = await createMysqlDatabase(name, server.url)
    // The settings of init_connect are not those of an administrator.
    const account = new URL(own.url)
    Object.assign(account, { username: 'app', password: 'app' })
    await queryMysql(server.url, "CREATE USER 'app'@'%' IDENTIFIED BY 'app'")
    await queryMysql(server.url, `GRANT ALL ON ${account.pathname.slice(1)}.* TO 'app'@'%'`)
    for (const [setting, value] of Object.entries(GLOBAL)) {
      await queryMysql(server.url, `SET GLOBAL ${setting} = ${value}`)
    }
    for (const url of [own.url, account.href]) {
      const store = storeOn(url, { migrate: true })
      await store.ready()
      await assertKeepsSessions(store)
      assert.equal((await store.health()).ok, true)
      await store.close()
    }
    const [counted] = await queryMysql(own.url, 'SELECT count(*) AS n FROM stored_sessions')
    assert.equal(Number(counted?.n), 14)
    const pool = mysql.createPool({ uri: own.url })
    await assert.rejects(storeOn(drizzle(pool)).ready(), { message: /autocommit is off/ }).finally(() => pool.end())
  })
})
