import assert from 'node:assert/strict'
import { after, before, beforeEach, mock, test } from 'node:test'
import { StoredSessionStore as Store, type StoredSessionStore } from '../../../src/index.ts'

import { forEachDatabase } from '../../harness/databases.ts'
import { fullTable, type GatedHistory, gatedHistory } from '../../support/gated-history.ts'
import { eventsOf, kindsOf } from '../../support/history.ts'
import { handleOf } from '../../support/rows.ts'
import { destroy, load, newSession, save } from '../../support/sessions.ts'
import { newId, secret, storesOn } from '../../support/stores.ts'
import { until } from '../../support/until.ts'
import { userIdOf } from '../../support/user-id.ts'

forEachDatabase((target) => {
  const suite = storesOn(target, { user: userIdOf, history: true })
  let gated: GatedHistory
  let store: StoredSessionStore
  const opened: StoredSessionStore[] = []

  const openGated = async (strict = false) => {
    const one = new Store({
      database: gated.database,
      secret,
      migrate: false,
      trim: false,
      user: userIdOf,
      history: { strict },
    })
    opened.push(one)
    await one.ready()
    return one
  }

  before(async () => {
    gated = await gatedHistory(suite.database)
    store = await openGated()
  })
  after(async () => {
    for (const one of opened) await one.close()
    await gated.close()
  })
  beforeEach(async () => {
    gated.now.failure = undefined
    gated.now.gate = undefined
    await store.flush()
    gated.inserts.length = 0
    for (const table of ['stored_sessions', 'stored_sessions_events'])
      await suite.database.query(`DELETE FROM ${table}`)
  })

  /** Holds inserts until the function that it returns is called. */
  const hold = () => {
    let open = () => {}
    gated.now.gate = new Promise((resolve) => {
      open = resolve
    })
    return open
  }

  test('events of many saves share an insert, in the background', async () => {
    const open = hold()
    const ids = Array.from({ length: 20 }, () => newId())
    await Promise.all(ids.map((id) => save(store, id, newSession())))
    await until('an insert runs', () => gated.inserts.length === 1)
    open()
    await until('they are stored', () => store.historyWaiting === 0)
    assert.equal((await eventsOf(suite.store)).length, 20)
    assert.ok(gated.inserts.length <= 2, String(gated.inserts.length))
  })

  test('reading causes no insert', async () => {
    const id = newId()
    await save(store, id, newSession())
    await store.flush()
    gated.inserts.length = 0
    for (let n = 0; n < 3; n++) await load(store, id)
    await store.flush()
    assert.equal(gated.inserts.length, 0)
  })

  test('one insert runs at a time', async () => {
    const open = hold()
    await save(store, newId(), newSession())
    await until('an insert runs', () => gated.inserts.length === 1)
    await save(store, newId(), newSession())
    await save(store, newId(), newSession())
    const flushed = Promise.all([store.flush(), store.flush(), store.flush()])
    assert.equal(gated.inserts.length, 1)
    open()
    await flushed
    assert.deepEqual(
      gated.inserts.map(({ length }) => length),
      [1, 2],
    )
    gated.inserts.length = 0
    await save(store, newId(), newSession())
    await Promise.all([store.flush(), store.flush()])
    assert.equal(gated.inserts.length, 1)
  })

  test('events that could not be stored are stored later, in their order, and requests go on', async () => {
    const errors: unknown[] = []
    const listen = (event: { work: string }) => errors.push(event.work)
    store.events.on('backgroundError', listen)
    gated.now.failure = fullTable()
    const id = newId()
    await save(store, id, newSession({ userId: 'ada' }))
    await store.flush()
    await destroy(store, id)
    await store.flush()
    assert.equal(store.historyWaiting, 2)
    gated.now.failure = undefined
    await until('they are stored', () => store.historyWaiting === 0)
    store.events.off('backgroundError', listen)
    assert.deepEqual(await kindsOf(store), ['created ada', 'ended destroyed ada'])
    assert.ok(errors.length >= 2 && errors.every((work) => work === 'history'))
  })

  test('an event that the database cannot hold is lost, and keeps no other from being stored', async () => {
    const dropped: number[] = []
    const listen = ({ events }: { events: number }) => dropped.push(events)
    store.events.on('historyDropped', listen)
    gated.now.unstorable = 'unstorable'
    for (const userId of ['ada', 'unstorable', 'grace']) await save(store, newId(), newSession({ userId }))
    await store.flush()
    gated.now.unstorable = undefined
    store.events.off('historyDropped', listen)
    assert.deepEqual(await kindsOf(store), ['created ada', 'created grace'])
    assert.deepEqual(dropped, [1])
  })

  test('the events are in order when the clock jumps back', async (t) => {
    t.after(() => mock.timers.reset())
    const now = Date.now()
    mock.timers.enable({ apis: ['Date'], now })
    const ids = Array.from({ length: 4 }, () => newId())
    for (const [index, id] of ids.entries()) {
      mock.timers.setTime(now + [10, 5_000, 0, 6_000][index]!)
      await save(store, id, newSession())
    }
    const events = await eventsOf(store)
    assert.deepEqual(
      events.map(({ handle }) => handle),
      ids.map(handleOf),
    )
    assert.deepEqual(
      events.map(({ at }) => at.getTime() - now),
      [10, 5_000, 5_000, 6_000],
    )
  })

  test('with strict, a save and an end wait until their event is stored', async () => {
    const strict = await openGated(true)
    const id = newId()
    await save(strict, id, newSession({ userId: 'ada' }))
    assert.equal(gated.inserts.flat().length, 1)
    await destroy(strict, id)
    assert.equal(gated.inserts.flat().length, 2)
    assert.deepEqual(await kindsOf(suite.store), ['created ada', 'ended destroyed ada'])
  })

  test('with strict, saves of one moment share an insert', async () => {
    const strict = await openGated(true)
    const open = hold()
    const saves = Promise.all(Array.from({ length: 30 }, () => save(strict, newId(), newSession())))
    await until('all wait for their events', () => strict.historyWaiting === 30)
    open()
    await saves
    assert.ok(gated.inserts.length <= 2, String(gated.inserts.length))
    assert.equal((await eventsOf(suite.store)).length, 30)
  })

  test('with strict, a save whose event is not stored is a 503, and the event is stored later', async () => {
    const strict = await openGated(true)
    gated.now.failure = fullTable()
    const id = newId()
    await assert.rejects(save(strict, id, newSession()), { code: 'FST_STORED_SESSION_UNAVAILABLE', statusCode: 503 })
    gated.now.failure = undefined
    await until('it is stored', () => strict.historyWaiting === 0)
    assert.deepEqual(await kindsOf(suite.store), ['created'])
  })

  test('closing stores what waits', async () => {
    const one = await openGated()
    await save(one, newId(), newSession({ userId: 'ada' }))
    await one.close()
    assert.deepEqual(await kindsOf(suite.store), ['created ada'])
  })

  test('closing tells how many events are lost', async () => {
    const one = await openGated()
    const dropped: number[] = []
    one.events.on('historyDropped', ({ events }) => dropped.push(events))
    gated.now.failure = fullTable()
    await save(one, newId(), newSession())
    await one.close()
    assert.deepEqual(dropped, [1])
  })
})
