import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { forEachDatabase } from '../../harness/databases.ts'
import { eventsOf, kindsOf } from '../../support/history.ts'
import { handleOf, rowOf, setColumn, storedRow } from '../../support/rows.ts'
import { destroy, load, loaded, newSession, save } from '../../support/sessions.ts'
import { newId, storesOn } from '../../support/stores.ts'
import { userIdOf } from '../../support/user-id.ts'

forEachDatabase((target) => {
  const suite = storesOn(target, { user: userIdOf, history: true })
  const TABLE = 'stored_sessions_events'

  beforeEach(async () => {
    await suite.store.flush()
    for (const table of ['stored_sessions', TABLE]) await suite.database.query(`DELETE FROM ${table}`)
  })

  const signIn = async (userId: string | undefined, store = suite.store) => {
    const id = newId()
    await save(store, id, newSession({ userId }))
    return id
  }

  /** Whether any row of either table names a user. */
  const names = async (userId: string) => {
    const tables = ['stored_sessions', TABLE]
    const rows = await Promise.all(tables.map((table) => suite.database.query(`SELECT user_id FROM ${table}`)))
    return rows.flat().some((row) => row.user_id === userId)
  }

  test('forgetting a user ends the sessions, and leaves the kinds and times of their events', async () => {
    const [one, other] = [await signIn('ada'), await signIn('grace')]
    await destroy(suite.store, await signIn('ada'))
    const before = await eventsOf(suite.store)
    assert.deepEqual(await suite.store.forget({ user: 'ada', dryRun: true }), { sessions: 1, events: 3 })
    assert.deepEqual(await eventsOf(suite.store), before)
    assert.deepEqual(await suite.store.forget({ user: 'ada', actor: 'operator' }), { sessions: 1, events: 3 })
    const row = await storedRow(suite.database, one)
    assert.deepEqual([row.endReason, row.userId, row.data.length], ['revoked', null, 0])
    assert.ok(await load(suite.store, other))
    assert.equal(await names('ada'), false)
    const after = await eventsOf(suite.store)
    const erased = after.filter(({ isErased }) => isErased)
    assert.deepEqual(erased.map(({ kind }) => kind).toSorted(), ['created', 'created', 'ended', 'ended'])
    for (const event of erased) assert.deepEqual(Object.keys(event), ['id', 'handle', 'kind', 'at', 'isErased'])
    for (const { id, at, kind, user } of before) {
      const found = after.find((event) => event.id === id)
      assert.deepEqual([found?.at, found?.kind, found?.user], [at, kind, user === 'ada' ? undefined : user])
    }
    const [call] = await eventsOf(suite.store, { kind: 'revoked' })
    assert.deepEqual(
      [call?.actor, call?.reason, call?.sessions, call?.events, call?.user],
      ['operator', 'forgotten', 1, 3, undefined],
    )
    assert.deepEqual(await suite.store.forget({ user: 'ada' }), { sessions: 0, events: 0 })
  })

  test('what came before the sign-in is forgotten too, and no event of other users', async () => {
    const visitor = await signIn(undefined)
    const session = await loaded(suite.store, visitor)
    session.userId = 'ada'
    await save(suite.store, visitor, session)
    const next = newId()
    await suite.store.rotate({ oldId: visitor, newId: next, session, heir: newSession() as never })
    const shared = await loaded(suite.store, next)
    shared.userId = 'grace'
    await save(suite.store, next, shared)
    await suite.store.forget({ user: 'ada' })
    assert.equal(await names('ada'), false)
    assert.deepEqual(
      (await eventsOf(suite.store, { handle: handleOf(visitor) })).map(({ kind, isErased }) => [kind, isErased]),
      [
        ['created', true],
        ['user', true],
      ],
    )
    assert.deepEqual(await kindsOf(suite.store, { handle: handleOf(next) }), ['rotated', 'user', 'user grace'])
    assert.equal((await rowOf(suite.database, next))?.endedAt, null)
  })

  test('the sessions before a chain of rotations are forgotten', async () => {
    const first = await signIn(undefined)
    let id = first
    for (let n = 0; n < 3; n++) {
      const newOne = newId()
      const session = await loaded(suite.store, id)
      await suite.store.rotate({ oldId: id, newId: newOne, session, heir: newSession() as never })
      id = newOne
    }
    const session = await loaded(suite.store, id)
    session.userId = 'ada'
    await save(suite.store, id, session)
    await suite.store.flush()
    assert.deepEqual(await suite.store.forget({ user: 'ada', dryRun: true }), { sessions: 1, events: 5 })
    assert.deepEqual(await suite.store.forget({ user: 'ada' }), { sessions: 1, events: 5 })
    assert.deepEqual(
      (await eventsOf(suite.store, { handle: handleOf(first) })).map(({ isErased }) => isErased),
      [true],
    )
  })

  test('what operators did to the user is forgotten, and what they did to others is not', async () => {
    for (const user of ['ada', 'grace']) {
      await signIn(user)
      await suite.store.revoke({ user, actor: 'operator' })
    }
    await suite.store.reencrypt({ actor: 'operator' })
    // By hand: an event of many sessions must not lead to the others.
    const id = newId()
    await save(suite.store, id, newSession())
    await setColumn(suite.database, id, 'trim_at', 1)
    await suite.store.trim()
    await suite.store.flush()
    await suite.database.query(`UPDATE ${TABLE} SET user_id = 'ada' WHERE kind = 'trimmed'`)
    await suite.store.forget({ user: 'ada' })
    assert.equal((await eventsOf(suite.store, { kind: 'keys' }))[0]?.actor, 'operator')
    assert.deepEqual((await kindsOf(suite.store, { kind: ['revoked', 'keys'] })).toSorted(), [
      'keys',
      'revoked',
      'revoked forgotten',
      'revoked grace',
    ])
  })

  test('beside requests of several processes, no trace of the user is left', async () => {
    const stores = [suite.store, await suite.another(), await suite.another()]
    let isOver = false
    const traffic = stores.map(async (store) => {
      while (!isOver) {
        const id = newId()
        const session = newSession()
        await save(store, id, session)
        session.userId = 'ada'
        await save(store, id, session)
        session.n = 1
        await save(store, id, session)
        if (Math.random() < 0.5) await destroy(store, id)
      }
    })
    const running = suite.store.forget({ user: 'ada' })
    setTimeout(() => {
      isOver = true
    }, 400)
    const { sessions, events } = await running
    await Promise.all(traffic)
    for (const store of stores) await store.flush()
    assert.ok(sessions > 0 && events > sessions)
    assert.equal(await names('ada'), false)
  })

  test('without the option, forgetting ends the sessions alone', async () => {
    const store = await suite.another({ history: false })
    const id = await signIn('ada', store)
    assert.deepEqual(await store.forget({ user: 'ada', dryRun: true }), { sessions: 1, events: 0 })
    assert.deepEqual(await store.forget({ user: 'ada' }), { sessions: 1, events: 0 })
    assert.deepEqual([(await storedRow(suite.database, id)).endReason, await names('ada')], ['revoked', false])
  })

  test('forgetting nobody in particular is refused', async () => {
    for (const options of [{}, { user: undefined }, { user: '' }, { user: null }, { users: 'ada' }, undefined]) {
      await assert.rejects(suite.store.forget(options as never), { code: 'FST_STORED_SESSION_INVALID_OPTIONS' })
    }
  })
})
