import assert from 'node:assert/strict'
import { beforeEach, mock, test } from 'node:test'
import { forEachDatabase } from '../../harness/databases.ts'
import { eventsOf, kindsOf } from '../../support/history.ts'
import { handleOf } from '../../support/rows.ts'
import { destroy, newSession, save } from '../../support/sessions.ts'
import { newId, storesOn } from '../../support/stores.ts'
import { userIdOf } from '../../support/user-id.ts'

const HOUR = 3_600_000
/** Noon of a day to come: events of this process have ascending times, and other tests made some today. */
const NOON = Math.ceil(Date.now() / (24 * HOUR)) * 24 * HOUR + 12 * HOUR

forEachDatabase((target) => {
  const suite = storesOn(target, { user: userIdOf, history: true })

  beforeEach(async () => {
    await suite.store.flush()
    for (const table of ['stored_sessions', 'stored_sessions_events'])
      await suite.database.query(`DELETE FROM ${table}`)
  })

  test('pages show every event once, the newest first', async () => {
    const ids = Array.from({ length: 7 }, () => newId())
    for (const id of ids) await save(suite.store, id, newSession({ userId: 'ada' }))
    const seen: (string | undefined)[] = []
    let cursor: string | undefined
    let pages = 0
    do {
      const page = await suite.store.history({ limit: 3, ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...page.events.map(({ handle }) => handle))
      cursor = page.next
      pages += 1
    } while (cursor !== undefined)
    assert.equal(pages, 3)
    assert.deepEqual(seen, ids.map(handleOf).toReversed())
  })

  test('filters select by user, session, kind and time', async () => {
    const [one, two] = [newId(), newId()]
    await save(suite.store, one, newSession({ userId: 'ada' }))
    await save(suite.store, two, newSession({ userId: 'grace' }))
    await destroy(suite.store, one)
    assert.deepEqual(await kindsOf(suite.store, { user: 'ada' }), ['created ada', 'ended destroyed ada'])
    assert.deepEqual(await kindsOf(suite.store, { handle: handleOf(two) }), ['created grace'])
    assert.deepEqual(await kindsOf(suite.store, { kind: ['ended', 'rotated'] }), ['ended destroyed ada'])
    const all = await eventsOf(suite.store)
    const from = all[1]!.at
    assert.deepEqual(
      await eventsOf(suite.store, { from }),
      all.filter(({ at }) => at >= from),
    )
    assert.deepEqual(
      await eventsOf(suite.store, { before: from }),
      all.filter(({ at }) => at < from),
    )
  })

  test('a filter that selects nothing in particular by mistake is refused', async () => {
    for (const filter of [
      { user: undefined },
      { user: '' },
      { kind: 'unknown' },
      { kind: [] },
      { from: 'today' },
      { handel: 'x' },
      { limit: 0 },
      { limit: 1_001 },
      { limit: 1.5 },
    ]) {
      await assert.rejects(suite.store.history(filter as never), { code: 'FST_STORED_SESSION_INVALID_OPTIONS' })
    }
    for (const filter of [{ handle: 'x' }, { cursor: 'x' }]) {
      await assert.rejects(suite.store.history(filter), { code: 'FST_STORED_SESSION_INVALID_HANDLE' })
    }
  })

  test('a user of 255 characters of four bytes has a history', async () => {
    const userId = '😀'.repeat(127)
    await save(suite.store, newId(), newSession({ userId }))
    assert.deepEqual(await kindsOf(suite.store, { user: userId }), [`created ${userId}`])
    assert.deepEqual(await suite.store.forget({ user: userId }), { sessions: 1, events: 1 })
  })

  test('the activity counts kinds in each period, without gaps', async (t) => {
    t.after(() => mock.timers.reset())
    mock.timers.enable({ apis: ['Date'], now: NOON })
    const id = newId()
    await save(suite.store, id, newSession())
    await save(suite.store, newId(), newSession())
    mock.timers.setTime(NOON + 2 * HOUR)
    await destroy(suite.store, id)
    await suite.store.flush()
    const times = { from: new Date(NOON + 1), before: new Date(NOON + 3 * HOUR) }
    const { buckets } = await suite.store.activity({ ...times, bucket: 'hour' })
    assert.deepEqual(buckets, [
      { start: new Date(NOON), counts: { created: 2 } },
      { start: new Date(NOON + HOUR), counts: {} },
      { start: new Date(NOON + 2 * HOUR), counts: { ended: 1 } },
    ])
    const days = (await suite.store.activity({ bucket: 'day' })).buckets
    assert.deepEqual(days.at(-1), { start: new Date(NOON - 12 * HOUR), counts: { created: 2, ended: 1 } })
    assert.equal(days.length, 91)
    assert.equal((await suite.store.activity({ bucket: 'hour' })).buckets.length, 1_000)
    await assert.rejects(suite.store.activity({ from: new Date(0), bucket: 'hour' }), /more than 1000/)
    await assert.rejects(suite.store.activity({ bucket: 'week' as never }), /bucket must be/)
  })

  test('without the option, the history is refused with the fix', async () => {
    const store = await suite.another({ history: false })
    for (const call of [() => store.history(), () => store.activity({ bucket: 'day' })]) {
      await assert.rejects(call(), { code: 'FST_STORED_SESSION_INVALID_OPTIONS', message: /set history: true/ })
    }
  })
})
