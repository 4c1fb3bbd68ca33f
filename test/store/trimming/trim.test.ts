import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import type { StoredSessionStore } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { allRows, rowOf } from '../../support/rows.ts'
import { contentOf, destroy, loaded, newSession, save } from '../../support/sessions.ts'
import { newId, storesOn } from '../../support/stores.ts'
import { userIdOf } from '../../support/user-id.ts'
import { deedOf } from './trim-result.ts'

const HOUR = 3_600_000
const START = 1_732_104_000_000

forEachDatabase((target) => {
  const suite = storesOn(target, { idleTimeout: '2h', user: userIdOf })

  beforeEach(() => mock.timers.enable({ apis: ['Date'], now: START }))
  afterEach(async () => {
    mock.timers.reset()
    await suite.database.query('DELETE FROM stored_sessions')
  })

  const pass = (ms: number) => mock.timers.setTime(Date.now() + ms)

  async function saveMany(count: number, store: StoredSessionStore = suite.store): Promise<string[]> {
    const ids = Array.from({ length: count }, newId)
    await Promise.all(ids.map((id) => save(store, id, newSession({ userId: 'ada' }))))
    return ids
  }

  test('nothing to trim is one batch of nothing', async () => {
    await saveMany(3)
    assert.deepEqual(deedOf(await suite.store.trim()), { trimmed: 0, batches: 1, complete: true })
    assert.equal((await allRows(suite.database)).length, 3)
  })

  test('rows of idle sessions go, at the latest two hours after their end, and never before', async () => {
    const [id] = await saveMany(1)
    pass(2 * HOUR)
    await suite.store.trim()
    assert.ok(await rowOf(suite.database, id!), 'a request that began before may still ask what became of it')
    pass(2 * HOUR)
    assert.deepEqual(deedOf(await suite.store.trim()), { trimmed: 1, batches: 1, complete: true })
  })

  test('tombstones of sessions that were left or revoked go too', async () => {
    const [one] = await saveMany(1)
    await destroy(suite.store, one!)
    await saveMany(2)
    assert.deepEqual(await suite.store.revoke({ user: 'ada' }), { revoked: 2 })
    await destroy(suite.store, newId())
    pass(30 * 60_000)
    assert.equal((await suite.store.trim()).trimmed, 0)
    pass(2 * HOUR)
    assert.equal((await suite.store.trim()).trimmed, 4)
  })

  test('sessions that live are left alone, also when they were used a moment ago', async () => {
    const [used, changed, unused] = await saveMany(3)
    pass(2 * HOUR - 1)
    const session = await loaded(suite.store, changed!)
    session.n = 1
    await save(suite.store, changed!, session)
    await loaded(suite.store, used!)
    const store = await suite.another()
    await loaded(store, used!)
    await store.close()
    pass(HOUR + 1)
    assert.equal((await suite.store.trim()).trimmed, 1)
    assert.equal(await rowOf(suite.database, unused!), undefined)
    assert.deepEqual(contentOf(await loaded(suite.store, changed!)), { userId: 'ada', n: 1 })
    assert.deepEqual(contentOf(await loaded(suite.store, used!)), { userId: 'ada' })
  })

  test('batches are counted, and two calls at a time are one', async () => {
    await saveMany(25)
    const [alive] = [newId()]
    pass(4 * HOUR)
    await save(suite.store, alive, newSession())
    const [one, other] = await Promise.all([suite.store.trim({ batchSize: 10 }), suite.store.trim({ batchSize: 10 })])
    assert.deepEqual(deedOf(one), { trimmed: 25, batches: 3, complete: true })
    assert.deepEqual(other, one)
    assert.equal((await allRows(suite.database)).length, 1)
  })

  test('a batch size that is none is refused before any statement', async () => {
    await saveMany(1)
    pass(4 * HOUR)
    for (const batchSize of [0, -1, 1.5, Number.NaN, 1_000_000, '1', '1; DROP TABLE stored_sessions']) {
      await assert.rejects(suite.store.trim({ batchSize: batchSize as number }), {
        code: 'FST_STORED_SESSION_INVALID_OPTIONS',
        message: /batchSize must be a whole number from 1 to 10000/,
      })
    }
    assert.equal((await allRows(suite.database)).length, 1)
  })

  test('two stores that trim at once delete each row once', async () => {
    await saveMany(40)
    pass(4 * HOUR)
    const stores = [suite.store, await suite.another()]
    const results = await Promise.all(stores.map((store) => store.trim({ batchSize: 7 })))
    assert.equal(
      results.reduce((sum, { trimmed }) => sum + trimmed, 0),
      40,
    )
    assert.deepEqual(await allRows(suite.database), [])
  })

  test('closing a store ends its trim after the batch that is under way', async () => {
    await saveMany(30)
    pass(4 * HOUR)
    const store = await suite.another()
    const trimming = store.trim({ batchSize: 1 })
    await store.close()
    const { trimmed, complete } = await trimming
    assert.equal(complete, false)
    assert.equal((await allRows(suite.database)).length, 30 - trimmed)
  })
})
