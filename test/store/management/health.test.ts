import assert from 'node:assert/strict'
import { renameSync, rmSync } from 'node:fs'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { StoredSessionStore, staticKeys } from '../../../src/index.ts'
import { memoryStorage } from '../../../src/testing/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { changeUsers } from '../../support/changed-users.ts'
import { counted } from '../../support/counting.ts'
import { allRows } from '../../support/rows.ts'
import { secret, storesOn } from '../../support/stores.ts'
import { userIdOf } from '../../support/user-id.ts'

forEachDatabase((target) => {
  const suite = storesOn(target, { user: userIdOf })

  test('health() says that the database answers, and leaves nothing in it', async () => {
    const { latency, ...health } = await suite.store.health()
    assert.deepEqual(health, { ok: true, dialect: target.dialect, waiting: 0 })
    assert.ok(latency >= 0 && latency < 5_000)
    assert.deepEqual(await allRows(suite.database), [])
  })

  test('health() of a database without its table is not ok, tells the code alone, and is ok again afterwards', async () => {
    await suite.database.query('ALTER TABLE stored_sessions RENAME TO elsewhere')
    const { ok, code, ...rest } = await suite.store.health()
    await suite.database.query('ALTER TABLE elsewhere RENAME TO stored_sessions')
    assert.equal(ok, false)
    assert.match(String(code), { pg: /^42P01$/, mysql: /^ER_NO_SUCH_TABLE$/, sqlite: /^SQLITE_ERROR$/ }[target.dialect])
    assert.deepEqual(Object.keys(rest).toSorted(), ['dialect', 'latency', 'waiting'])
    assert.equal((await suite.store.health()).ok, true)
  })

  test('health() of a key provider that does not answer is not ok, within operationTimeout', async () => {
    const keys = staticKeys([{ id: 'a', key: Buffer.from(secret).subarray(0, 32) }])
    const silent = { ...keys, current: () => new Promise<never>(() => {}) }
    const store = new StoredSessionStore({
      database: suite.database.url,
      keys: silent,
      operationTimeout: 200,
      warnKeyAge: false,
      trim: false,
    })
    await store.ready()
    const { ok, code } = await store.health()
    assert.deepEqual([ok, code], [false, 'ETIMEDOUT'])
    await store.close()
    assert.equal((await store.health()).ok, false)
  })

  test('health() polled often tries the database once in 30 seconds, however many ask', async (t) => {
    const client = counted(suite.database)
    const store = await suite.another({ database: client.drizzle, migrate: false })
    const inserts = () => client.statements.splice(0).filter((text) => /^\s*insert/i.test(text)).length
    assert.equal(inserts(), 2)
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
    for (const [seconds, expected] of [
      [29, 0],
      [2, 2],
      [29, 0],
      [2, 2],
    ] as const) {
      t.mock.timers.setTime(Date.now() + seconds * 1_000)
      const healths = await Promise.all([store.health(), store.health(), store.health()])
      assert.deepEqual(
        healths.map(({ ok }) => ok),
        [true, true, true],
      )
      assert.equal((await store.health()).ok, true)
      assert.equal(inserts(), expected)
    }
    await store.close()
    await client.close()
    assert.deepEqual(await allRows(suite.database), [])
  })

  test('health() is not ok while sessions do not come back, and says what to change', async (t) => {
    const store = await suite.another()
    const undo = await changeUsers(suite.database)
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
    assert.equal((await store.health()).ok, true)
    t.mock.timers.setTime(Date.now() + 31_000)
    assert.equal((await store.probe()).ok, true, 'it tries no session')
    const { ok, code, remedy } = await store.health()
    assert.deepEqual([ok, code], [false, 'FST_STORED_SESSION_WRONG_SETTINGS'])
    const probed = await store.probe()
    assert.deepEqual([probed.ok, probed.remedy], [false, remedy], 'it repeats what is wrong with the settings')
    assert.match(String(remedy), /^the database returns other values than were stored in userId, .* Look for a trigger/)
    await undo()
    assert.equal((await store.health()).ok, false)
    t.mock.timers.setTime(Date.now() + 31_000)
    assert.equal((await store.health()).ok, true)
    assert.deepEqual(await allRows(suite.database), [])
  })

  test('health() of a storage of the application writes nothing', async () => {
    const storage = memoryStorage()
    const written: object[] = []
    const insert = async (row: object) => Boolean(written.push(row))
    const store = await suite.another({ database: { ...storage, insert }, migrate: false })
    assert.equal((await store.health()).ok, true)
    assert.deepEqual(written, [])
  })

  if (target.dialect !== 'sqlite') return

  for (const [what, replace] of Object.entries({
    removed: (file: string) => rmSync(file),
    replaced: (file: string) => renameSync(file, `${file}-former`),
  })) {
    for (const [whose, open] of Object.entries({
      'a URL': (url: string) => url,
      'a client': (url: string) => drizzle(new Database(url.slice('sqlite:'.length))),
    })) {
      test(`health() tells that the file of ${whose} was ${what} while it is open`, async () => {
        const database = await target.create()
        const file = database.url.slice('sqlite:'.length)
        const store = new StoredSessionStore({ database: open(database.url), secret, migrate: true, trim: false })
        await store.ready()
        assert.equal((await store.health()).ok, true)
        replace(file)
        if (what === 'replaced') new Database(file).exec('CREATE TABLE other (n)').close()
        const { ok, code, remedy } = await store.health()
        assert.deepEqual([ok, code], [false, 'FST_STORED_SESSION_FILE_REPLACED'])
        assert.match(String(remedy), /^the file of the database was removed or replaced.* restart the process$/)
        await store.close()
        await database.drop()
      })
    }
  }
})
