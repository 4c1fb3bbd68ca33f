import assert from 'node:assert/strict'
import { beforeEach, mock, test } from 'node:test'
import { forEachDatabase } from '../../harness/databases.ts'
import { eventsOf, kindsOf } from '../../support/history.ts'
import { handleOf, setColumn } from '../../support/rows.ts'
import { destroy, load, loaded, newSession, save } from '../../support/sessions.ts'
import { newId, storesOn } from '../../support/stores.ts'
import { userIdOf } from '../../support/user-id.ts'

forEachDatabase((target) => {
  const suite = storesOn(target, { user: userIdOf, history: true })

  beforeEach(async () => {
    await suite.store.flush()
    for (const table of ['stored_sessions', 'stored_sessions_events'])
      await suite.database.query(`DELETE FROM ${table}`)
  })

  test('the first save of a session, a change of its user and its end are events', async () => {
    const id = newId()
    const session = newSession()
    await save(suite.store, id, session)
    for (const userId of ['ada', 'grace', undefined]) {
      session.userId = userId
      await save(suite.store, id, session)
    }
    session.n = 1
    await save(suite.store, id, session)
    await destroy(suite.store, id)
    assert.deepEqual(await kindsOf(suite.store), [
      'created',
      'user ada',
      'user left ada',
      'user grace',
      'user left grace',
      'ended destroyed',
    ])
    const events = await eventsOf(suite.store)
    assert.ok(events.every(({ handle }) => handle === handleOf(id)))
    assert.ok(events.every(({ at }) => Math.abs(at.getTime() - Date.now()) < 60_000))
  })

  test('the end of a session names its owner, also in another process, and a second end is no event', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ userId: 'ada' }))
    const other = await suite.another()
    await destroy(other, id)
    await destroy(suite.store, id)
    await destroy(suite.store, newId())
    await suite.store.flush()
    assert.deepEqual(await kindsOf(other), ['created ada', 'ended destroyed ada'])
  })

  test('a session that a request finds expired ended at its deadline, once for all who find it', async (t) => {
    const id = newId()
    await save(suite.store, id, newSession({ userId: 'ada' }))
    const [created] = await eventsOf(suite.store)
    const now = Date.now()
    t.after(() => mock.timers.reset())
    mock.timers.enable({ apis: ['Date'], now: now + 3 * 3_600_000 })
    const other = await suite.another()
    for (const store of [suite.store, other, other, suite.store]) assert.equal(await load(store, id), null)
    for (const store of [suite.store, other]) await store.flush()
    const events = await eventsOf(suite.store, { kind: 'ended' })
    assert.equal(events.length, 1)
    const [{ reason, user, at }] = events as [(typeof events)[0]]
    assert.deepEqual([reason, user], ['idle', 'ada'])
    const idle = at.getTime() - created!.at.getTime()
    assert.ok(idle > 7_190_000 && idle < 7_210_000, String(idle))
  })

  test('dates that were changed by hand are no event, and harm no request', async () => {
    // SQLite stores fractions in a numeric column; the servers round them.
    const values = suite.database.dialect === 'sqlite' ? [-1, 0, Date.now() - 1_000.5] : [-1, 0]
    for (const value of values) {
      const id = newId()
      await save(suite.store, id, newSession({ userId: 'ada' }))
      await setColumn(suite.database, id, 'expires_at', value)
      assert.equal(await load(suite.store, id), null)
    }
    await suite.store.flush()
    assert.deepEqual(await kindsOf(suite.store, { kind: 'ended' }), [])
  })

  test('sessions above the limit of their user end with an event, and refused ones are events', async () => {
    const evicting = await suite.another({ maxPerUser: 1 })
    const ids = [newId(), newId()]
    for (const id of ids) await save(evicting, id, newSession({ userId: 'ada' }))
    assert.deepEqual((await kindsOf(evicting)).toSorted(), ['created ada', 'created ada', 'ended evicted ada'])
    assert.equal((await eventsOf(evicting, { kind: 'ended' }))[0]?.handle, handleOf(ids[0]!))
    const refusing = await suite.another({ maxPerUser: 1, evict: 'refuse' })
    await assert.rejects(save(refusing, newId(), newSession({ userId: 'ada' })), {
      code: 'FST_STORED_SESSION_TOO_MANY',
    })
    assert.deepEqual(await kindsOf(refusing, { kind: 'refused' }), ['refused ada'])
  })

  test('a row that does not open is one event for each process', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ userId: 'ada' }))
    await setColumn(suite.database, id, 'data', Buffer.from('0100000000', 'hex'))
    for (let n = 0; n < 3; n++) assert.equal(await load(suite.store, id), null)
    assert.deepEqual(await kindsOf(suite.store, { kind: 'unreadable' }), ['unreadable malformed'])
  })

  test('a rotation is an event of the new id that names the old', async () => {
    const [oldId, newOne] = [newId(), newId()]
    await save(suite.store, oldId, newSession({ userId: 'ada' }))
    const session = await loaded(suite.store, oldId)
    assert.ok(await suite.store.rotate({ oldId, newId: newOne, session, heir: newSession() as never }))
    const events = await eventsOf(suite.store, { handle: handleOf(newOne) })
    assert.deepEqual(
      events.map(({ kind, user, previousHandle }) => [kind, user, previousHandle]),
      [['rotated', 'ada', handleOf(oldId)]],
    )
    await destroy(suite.store, oldId)
    assert.deepEqual(await kindsOf(suite.store, { handle: handleOf(newOne) }), ['rotated ada', 'ended destroyed ada'])
  })

  test('trimming is an event when it deleted something', async () => {
    await suite.store.trim()
    assert.deepEqual(await kindsOf(suite.store), [])
    const id = newId()
    await save(suite.store, id, newSession())
    await setColumn(suite.database, id, 'trim_at', 1)
    const result = await suite.store.trim()
    assert.deepEqual([result.trimmed, result.events, result.complete], [1, 0, true])
    const [event] = await eventsOf(suite.store, { kind: 'trimmed' })
    assert.deepEqual([event?.handle, event?.sessions, event?.events], [undefined, 1, 0])
  })

  test('trimming deletes the events that are older than retain', async () => {
    const store = await suite.another({ history: { retain: '30d' } })
    for (let n = 0; n < 3; n++) await save(store, newId(), newSession())
    await store.flush()
    const old = Date.now() - 31 * 86_400_000
    const [last] = (await store.history({ limit: 1 })).events
    await suite.database.query(`UPDATE stored_sessions_events SET at = ${old} WHERE at < ${last!.at.getTime() + 1}`)
    await save(store, newId(), newSession())
    const { events, complete } = await store.trim()
    assert.deepEqual([events, complete], [3, true])
    assert.deepEqual(await kindsOf(store), ['created', 'trimmed'])
  })
})
