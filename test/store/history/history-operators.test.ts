import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { forEachDatabase } from '../../harness/databases.ts'
import { eventsOf, kindsOf } from '../../support/history.ts'
import { handleOf, rowOf } from '../../support/rows.ts'
import { load, newSession, save } from '../../support/sessions.ts'
import { newId, storesOn } from '../../support/stores.ts'
import { userIdOf } from '../../support/user-id.ts'

const OTHER_SECRET = 'another secret that is longer than thirty-two characters'

forEachDatabase((target) => {
  const suite = storesOn(target, { user: userIdOf, history: true })

  beforeEach(async () => {
    await suite.store.flush()
    for (const table of ['stored_sessions', 'stored_sessions_events'])
      await suite.database.query(`DELETE FROM ${table}`)
  })

  const signIn = async (userId: string | undefined) => {
    const id = newId()
    await save(suite.store, id, newSession({ userId }))
    return id
  }

  for (const [name, filterOf] of Object.entries({
    user: () => ({ user: 'ada' }),
    handle: ([id]: string[]) => ({ handle: handleOf(id!) }),
    all: () => ({ all: true }) as const,
    before: () => ({ before: new Date(Date.now() + 60_000) }),
    'user and except': (ids: string[]) => ({ user: 'ada', except: handleOf(ids[1]!) }),
  })) {
    test(`revoking by ${name} records each session that ended, and the call with its actor`, async () => {
      const ids = [await signIn('ada'), await signIn('ada'), await signIn(undefined)]
      const { revoked } = await suite.store.revoke({ ...filterOf(ids), actor: 'operator' })
      const ended = await eventsOf(suite.store, { kind: 'ended' })
      const over = []
      for (const id of ids) if ((await rowOf(suite.database, id))!.endedAt !== null) over.push(handleOf(id))
      assert.equal(ended.length, revoked)
      assert.deepEqual(ended.map(({ handle }) => handle).toSorted(), over.toSorted())
      assert.ok(ended.every(({ reason, actor }) => reason === 'revoked' && actor === 'operator'))
      assert.deepEqual(
        new Set(ended.map(({ user }) => user)),
        new Set(name === 'all' || name === 'before' ? ['ada', undefined] : ['ada']),
      )
      const [call, ...more] = await eventsOf(suite.store, { kind: 'revoked' })
      assert.deepEqual(
        [call?.actor, call?.sessions, call?.filter, more.length],
        ['operator', revoked, name.split(' and '), 0],
      )
      assert.equal(call?.handle, name === 'handle' ? handleOf(ids[0]!) : undefined)
    })
  }

  test('revoking more sessions than one page records them all', async () => {
    const sessions = Array.from({ length: 620 }, () => newId())
    await Promise.all(sessions.map((id) => save(suite.store, id, newSession({ userId: 'ada' }))))
    assert.deepEqual(await suite.store.revoke({ user: 'ada' }), { revoked: 620 })
    assert.equal((await eventsOf(suite.store, { kind: 'ended', user: 'ada' })).length, 620)
  })

  test('a dry run is no event', async () => {
    await signIn('ada')
    await suite.store.revoke({ user: 'ada', dryRun: true })
    assert.deepEqual(await kindsOf(suite.store), ['created ada'])
  })

  test('an actor that is no short text is refused', async () => {
    const calls = (actor: unknown) => [
      () => suite.store.revoke({ user: 'ada', actor: actor as string }),
      () => suite.store.forget({ user: 'ada', actor: actor as string }),
      () => suite.store.reencrypt({ actor: actor as string }),
    ]
    for (const actor of ['', 'x'.repeat(256), 7, null, '\ud800']) {
      for (const call of calls(actor)) await assert.rejects(call(), /actor must be a string of 1 to 255 characters/)
    }
  })

  test('a change of keys seals the events again, counts what is left, and is an event', async () => {
    const id = await signIn('ada')
    const [before] = await eventsOf(suite.store)
    const store = await suite.another({ secret: [OTHER_SECRET, 'correct horse battery staple, thirty-two and more'] })
    const counts = Object.values(await store.countByKey()).filter((rows) => rows > 0)
    assert.deepEqual(counts, [2])
    const states = async () => (await store.keyStatus()).map(({ state, rows, events }) => [state, rows, events])
    assert.deepEqual(await states(), [
      ['current', 0, 0],
      ['retired', 1, 1],
    ])
    const result = await store.reencrypt({ actor: 'operator' })
    assert.deepEqual([result.reencrypted, result.unreadable, result.remaining], [2, 0, 0])
    const alone = await suite.another({ secret: OTHER_SECRET })
    const [created, keys] = await eventsOf(alone)
    assert.deepEqual(created, before)
    assert.deepEqual([keys?.kind, keys?.actor, keys?.sessions, keys?.remaining], ['keys', 'operator', 2, 0])
    assert.ok(await load(alone, id))
  })

  test('events of a key that is gone are listed as unreadable', async () => {
    await signIn('ada')
    await suite.store.flush()
    const [event] = await eventsOf(await suite.another({ secret: OTHER_SECRET }))
    assert.deepEqual([event?.kind, event?.isUnreadable, event?.user], ['created', true, undefined])
  })
})
