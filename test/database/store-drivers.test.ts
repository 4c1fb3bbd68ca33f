import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoredSessionStore } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { deedOf } from '../store/trimming/trim-result.ts'
import { allRows, storedRow } from '../support/rows.ts'
import { contentOf, destroy, load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret, storesOn } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { userIdOf } from '../support/user-id.ts'
import { DRIVERS } from './drivers.ts'

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
