import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoredSessionStore, staticKeys } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { allRows } from '../../support/rows.ts'
import { secret, storesOn } from '../../support/stores.ts'

forEachDatabase((target) => {
  const suite = storesOn(target)

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
})
