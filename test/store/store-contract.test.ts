import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoredSessionStore } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { allRows, handleOf, rowOf, sidOf, storedRow } from '../support/rows.ts'
import { contentOf, destroy, load, loaded, newSession, save, touch } from '../support/sessions.ts'
import { newId, storesOn } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'

function goneOf(store: StoredSessionStore): string[] {
  const sids: string[] = []
  store.events.on('gone', ({ sid }) => sids.push(sid))
  return sids
}

forEachDatabase((target) => {
  const suite = storesOn(target, { user: userIdOf })

  test('what was saved is found, by this store and by another one', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ userId: 'ada', cart: ['pen'] }))
    for (const store of [suite.store, await suite.another()]) {
      assert.deepEqual(contentOf(await loaded(store, id)), { userId: 'ada', cart: ['pen'] })
    }
  })

  test('an id that nobody saved has no session and leaves no row', async () => {
    const id = newId()
    assert.equal(await load(suite.store, id), null)
    assert.equal(await rowOf(suite.database, id), undefined)
  })

  test('a new row has version 1, and every change counts one more', async () => {
    const id = newId()
    const session = newSession({ n: 0 })
    for (const version of [1, 2, 3]) {
      session.n = version
      await save(suite.store, id, session)
      assert.equal((await storedRow(suite.database, id)).version, version)
    }
    const later = await loaded(suite.store, id)
    later.n = 'changed'
    await save(suite.store, id, later)
    assert.equal((await storedRow(suite.database, id)).version, 4)
  })

  test('saving what is stored already changes nothing in the row', async () => {
    const id = newId()
    const session = newSession({ seen: new Set(['a']) })
    await save(suite.store, id, session)
    const before = await storedRow(suite.database, id)
    await save(suite.store, id, session)
    await save(suite.store, id, await loaded(suite.store, id))
    assert.deepEqual(await storedRow(suite.database, id), before)
  })

  test('a destroyed session leaves a tombstone with its key and reason, without content and user', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ userId: 'ada' }))
    await destroy(suite.store, id)
    const row = await storedRow(suite.database, id)
    assert.deepEqual(row.sid, sidOf(id))
    assert.deepEqual([row.data.length, row.userId, row.endReason], [0, null, 'destroyed'])
    assert.ok(row.endedAt !== null && row.endedAt <= Date.now() && row.endedAt >= row.createdAt)
    assert.ok(row.trimAt >= row.endedAt)
  })

  test('a destroyed session is not found, and destroying it again is harmless', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ userId: 'ada' }))
    await destroy(suite.store, id)
    const tombstone = await storedRow(suite.database, id)
    await destroy(suite.store, id)
    assert.equal(await load(suite.store, id), null)
    assert.deepEqual(await storedRow(suite.database, id), tombstone)
  })

  test('a save after the end, from whatever was loaded before, writes nothing and emits one event', async () => {
    const id = newId()
    const session = newSession({ userId: 'ada' })
    await save(suite.store, id, session)
    const store = await suite.another()
    const gone = goneOf(store)
    const late = await loaded(store, id)
    await destroy(suite.store, id)
    const tombstone = await storedRow(suite.database, id)
    late.userId = 'grace'
    await save(store, id, late)
    await save(store, id, late)
    assert.deepEqual(await storedRow(suite.database, id), tombstone)
    assert.deepEqual(gone, [handleOf(id)])
  })

  test('a first save of an id that was destroyed before is refused by the tombstone', async () => {
    const id = newId()
    await destroy(suite.store, id)
    const tombstone = await storedRow(suite.database, id)
    const other = await suite.another()
    const gone = goneOf(other)
    await save(other, id, newSession({ userId: 'ada' }))
    assert.deepEqual(await storedRow(suite.database, id), tombstone)
    assert.equal(gone.length, 1)
    assert.equal(await load(other, id), null)
  })

  test('a session whose row was deleted is not written anew', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ n: 1 }))
    const session = await loaded(suite.store, id)
    await suite.database.query('DELETE FROM stored_sessions')
    const gone = goneOf(suite.store)
    session.n = 2
    await save(suite.store, id, session)
    assert.deepEqual(await allRows(suite.database), [])
    assert.equal(gone.length, 1)
  })

  test('a save from an old version overwrites nothing that was saved since', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ theirs: 1, ours: 1 }))
    const old = await loaded(suite.store, id)
    const other = await suite.another()
    const meanwhile = await loaded(other, id)
    meanwhile.theirs = 2
    await save(other, id, meanwhile)
    old.ours = 2
    await save(suite.store, id, old)
    assert.deepEqual(contentOf(await loaded(other, id)), { theirs: 2, ours: 2 })
    assert.equal((await storedRow(suite.database, id)).version, 3)
  })

  test('a touch renews the last use and leaves content and version alone', async (t) => {
    const id = newId()
    const session = newSession({ n: 1 })
    await save(suite.store, id, session)
    const before = await storedRow(suite.database, id)
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 30 * 60_000 })
    await touch(suite.store, id, session)
    const after = await storedRow(suite.database, id)
    assert.equal(after.touchedAt, Date.now())
    assert.equal(after.expiresAt, Date.now() + 2 * 60 * 60_000)
    const { touchedAt, expiresAt, trimAt } = before
    assert.deepEqual({ ...after, touchedAt, expiresAt, trimAt }, before)
  })

  test('a touch of a session that is new, ended or changed since writes nothing', async (t) => {
    const [unknown, ended, changed] = [newId(), newId(), newId()]
    const endedSession = newSession({ n: 1 })
    await save(suite.store, ended, endedSession)
    await destroy(suite.store, ended)
    await save(suite.store, changed, newSession({ n: 1 }))
    const old = await loaded(suite.store, changed)
    const current = await loaded(suite.store, changed)
    current.n = 2
    await save(suite.store, changed, current)
    const before = await allRows(suite.database)
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 })
    await touch(suite.store, unknown, newSession({ n: 1 }))
    await touch(suite.store, ended, endedSession)
    await touch(suite.store, changed, old)
    assert.deepEqual(await allRows(suite.database), before)
  })
})
