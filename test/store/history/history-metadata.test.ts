import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { StoredSessionStore } from '../../../src/index.ts'
import { packUse } from '../../../src/metadata/packed-use.ts'
import { noteOf, type Visitor } from '../../../src/store/live/live-session.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { eventsOf } from '../../support/history.ts'
import { destroy, newSession, save } from '../../support/sessions.ts'
import { newId, secret, storesOn } from '../../support/stores.ts'
import { userIdOf } from '../../support/user-id.ts'

forEachDatabase((target) => {
  const suite = storesOn(target, { user: userIdOf, history: true })

  beforeEach(async () => {
    await suite.store.flush()
    for (const table of ['stored_sessions', 'stored_sessions_events'])
      await suite.database.query(`DELETE FROM ${table}`)
  })

  const visitorOf = (ip: string, isLate = false): Visitor => {
    const packed = packUse({ ip })
    return { packed: () => (isLate ? Promise.resolve(packed) : packed) }
  }

  test('events have what the request shows of its client, also at the end of a session', async (t) => {
    const store = new StoredSessionStore({
      database: suite.database.url,
      secret,
      trim: false,
      user: userIdOf,
      history: true,
    })
    t.after(() => store.close())
    const id = newId()
    const session = newSession()
    noteOf(session).visitor = visitorOf('203.0.113.0/24')
    await save(store, id, session)
    session.userId = 'ada'
    noteOf(session).visitor = visitorOf('198.51.100.0/24', true)
    await save(store, id, session)
    store.noteVisitor(id, visitorOf('192.0.2.0/24'))
    await destroy(store, id)
    await save(store, newId(), newSession({ userId: 'ada' }))
    const revoked = await store.revoke({ user: 'ada' })
    assert.equal(revoked.revoked, 1)
    const events = await eventsOf(store, { kind: ['created', 'user', 'ended'] })
    assert.deepEqual(
      events.map(({ kind, metadata }) => [kind, metadata?.ip]),
      [
        ['created', '203.0.113.0/24'],
        ['user', '198.51.100.0/24'],
        ['ended', '192.0.2.0/24'],
        ['created', undefined],
        ['ended', undefined],
      ],
    )
  })

  test('the table does not show the client', async () => {
    const session = newSession()
    noteOf(session).visitor = visitorOf('203.0.113.0/24')
    await save(suite.store, newId(), session)
    await suite.store.flush()
    const [row] = await suite.database.query('SELECT data FROM stored_sessions_events')
    assert.ok(!Buffer.from(row!.data as Uint8Array).includes('203.0.113'))
    assert.ok(!Buffer.from(row!.data as Uint8Array).includes(Buffer.from([203, 0, 113])))
  })

  test('with bindToCookie, the history opens without cookies', async () => {
    const store = await suite.another({ bindToCookie: true, namespace: 'bound' })
    const id = newId()
    await save(store, id, newSession({ userId: 'ada' }))
    await destroy(await suite.another({ bindToCookie: true, namespace: 'bound' }), id)
    await store.flush()
    const [event] = await eventsOf(store, { kind: 'created' })
    assert.deepEqual([event?.user, event?.isUnreadable], ['ada', undefined])
  })
})
