import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { forEachDatabase } from '../harness/databases.ts'
import { storedRow } from '../support/rows.ts'
import { destroy, load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, storesOn } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'

forEachDatabase((target) => {
  const suite = storesOn(target, { user: userIdOf })

  beforeEach(() => suite.database.query('DELETE FROM stored_sessions'))

  test('the user of a session follows its content', async () => {
    const id = newId()
    const session = newSession({ userId: 'ada' })
    const users: unknown[] = []
    for (const userId of ['ada', 'grace', undefined]) {
      session.userId = userId
      await save(suite.store, id, session)
      users.push((await storedRow(suite.database, id)).userId)
    }
    assert.deepEqual(users, ['ada', 'grace', null])
  })

  test('revoking a user ends all sessions of this user, and says how many', async () => {
    const ids = [newId(), newId(), newId()]
    for (const id of ids) await save(suite.store, id, newSession({ userId: id === ids[2] ? 'grace' : 'ada' }))
    const [one] = await Promise.all([loaded(suite.store, ids[0]!), suite.another()])
    assert.deepEqual(await suite.store.revoke({ user: 'ada' }), { revoked: 2 })
    assert.deepEqual(await suite.store.revoke({ user: 'ada' }), { revoked: 0 })
    one.n = 1
    await save(suite.store, ids[0]!, one)
    assert.deepEqual(await Promise.all(ids.slice(0, 2).map((id) => load(suite.store, id))), [null, null])
    assert.equal((await loaded(suite.store, ids[2]!)).userId, 'grace')
    const { data, userId, endReason } = await storedRow(suite.database, ids[0]!)
    assert.deepEqual([data.length, userId, endReason], [0, null, 'revoked'])
  })

  test('destroying a revoked session leaves the reason of its end', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ userId: 'of-one-session' }))
    assert.deepEqual(await suite.store.revoke({ user: 'of-one-session' }), { revoked: 1 })
    await destroy(suite.store, id)
    assert.equal((await storedRow(suite.database, id)).endReason, 'revoked')
  })

  test('a user id that carries SQL is a user id like any other', async () => {
    const users = [`ada' OR '1'='1`, 'ada"; DROP TABLE stored_sessions; --', '%', 'ada\\', 'Ada', 'ada', 'ada ', 'àda']
    const ids = new Map(users.map((userId) => [userId, newId()]))
    for (const [userId, id] of ids) await save(suite.store, id, newSession({ userId }))
    for (const [userId, id] of ids) {
      assert.equal((await storedRow(suite.database, id)).userId, userId)
      assert.deepEqual(await suite.store.revoke({ user: userId }), { revoked: 1 }, userId)
    }
  })

  test('revoking nobody in particular is refused, and ends nothing', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ userId: 'ada' }))
    for (const filter of [
      {},
      { user: undefined },
      { user: '' },
      { user: null },
      { user: ['ada'] },
      { userId: 'ada' },
    ]) {
      await assert.rejects(suite.store.revoke(filter as never), { code: 'FST_STORED_SESSION_INVALID_OPTIONS' })
    }
    assert.equal((await loaded(suite.store, id)).userId, 'ada')
  })

  test('a user id may be a number or a bigint, in a session and in every filter', async () => {
    const store = await suite.another({ user: ({ userId }) => userId as number | bigint | string | null })
    const users = [42, 0, -7, Number.MAX_SAFE_INTEGER, 2n ** 64n]
    for (const userId of [...users, '42', null]) {
      const id = newId()
      await save(store, id, newSession({ userId }))
      assert.equal((await storedRow(suite.database, id)).userId, userId === null ? null : String(userId))
    }
    for (const user of users) {
      assert.equal(await store.count({ user }), user === 42 ? 2 : 1)
      const { sessions } = await store.list({ user })
      assert.ok(sessions.every((session) => session.user === String(user)))
    }
    assert.deepEqual(await store.revoke({ user: 42, dryRun: true }), { revoked: 2 })
    assert.deepEqual(await store.revoke({ user: 2n ** 64n }), { revoked: 1 })
    assert.deepEqual(await store.revoke({ user: 42 }), { revoked: 2 })
    assert.equal(await store.count({ user: '42', state: 'live' }), 0)
    for (const user of [1.5, 2 ** 53, Number.NaN])
      await assert.rejects(store.count({ user }), { code: 'FST_STORED_SESSION_INVALID_OPTIONS' })
  })

  test('half of a surrogate pair is in no user id, as databases make one character of all of them', async () => {
    const store = await suite.another({ user: ({ code }) => `a${String.fromCharCode(code as number)}` })
    const [known, other] = [newId(), newId()]
    await save(store, known, newSession({ code: 0xfffd }))
    for (const code of [0xd800, 0xdfff]) {
      await assert.rejects(save(store, other, newSession({ code })), { code: 'FST_STORED_SESSION_UNSTORABLE' })
      const { imported, skipped } = await store.import(
        (async function* () {
          yield [{ id: other, data: Buffer.from(JSON.stringify({ code, cookie: {} })) }]
        })(),
      )
      assert.deepEqual([imported, skipped.unstorable], [0, 1])
      const user = `a${String.fromCharCode(code)}`
      const refusal = { code: 'FST_STORED_SESSION_INVALID_OPTIONS', message: /^stored-session: user must be a user id/ }
      await assert.rejects(store.revoke({ user }), refusal)
      await assert.rejects(store.list({ user }), refusal)
      await assert.rejects(store.count({ user }), refusal)
    }
    assert.equal(await load(store, other), null)
    assert.equal((await loaded(store, known)).code, 0xfffd)
    assert.equal(await store.count({ user: 'a\ufffd' }), 1)
  })

  test('a user id that the column cannot hold is refused, and nothing is written', async () => {
    const id = newId()
    for (const userId of ['', 'x'.repeat(256), 'nul \0', Number.NaN, 1.5, 2 ** 53, true, {}]) {
      await assert.rejects(save(suite.store, id, newSession({ userId })), { code: 'FST_STORED_SESSION_UNSTORABLE' })
    }
    assert.equal(await load(suite.store, id), null)
    const longest = '🎉'.repeat(127)
    await save(suite.store, id, newSession({ userId: longest }))
    assert.equal((await storedRow(suite.database, id)).userId, longest)
  })
})
