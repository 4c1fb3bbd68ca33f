import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { HOUR_MS, hourOf } from '../../../src/dashboard/overview/hours.ts'
import { RecordedHours } from '../../../src/dashboard/overview/recorded-hours.ts'
import type { StoredSessionStore } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { insertManyEvents } from '../../support/many-rows.ts'
import { destroy, newSession, save } from '../../support/sessions.ts'
import { newId, storesOn } from '../../support/stores.ts'
import { userIdOf } from '../../support/user-id.ts'

const DAY_MS = 24 * HOUR_MS

/** The clock of a store never goes back, so each test has days of its own. */
let now = Date.UTC(2026, 10, 30, 12, 30)
let hour = hourOf(now)

/** The store, and the calls that each make one statement. */
function observed(store: StoredSessionStore) {
  const calls: { call: string; from?: Date | undefined; before?: Date | undefined }[] = []
  const seen: Pick<StoredSessionStore, 'history' | 'activity'> = {
    history: (options) => {
      calls.push({ call: 'history', from: options?.from, before: options?.before })
      return store.history(options)
    },
    activity: (options) => {
      calls.push({ call: 'activity', from: options.from })
      return store.activity(options)
    },
  }
  return { calls, hours: new RecordedHours(seen as StoredSessionStore) }
}

forEachDatabase((target) => {
  const suite = storesOn(target, { user: userIdOf, history: true })

  beforeEach(async () => {
    now += 3 * DAY_MS
    hour = hourOf(now)
    mock.timers.enable({ apis: ['Date'], now })
    await suite.store.flush()
    for (const table of ['stored_sessions', 'stored_sessions_events'])
      await suite.database.query(`DELETE FROM ${table}`)
  })
  afterEach(() => mock.timers.reset())

  async function signOutAt(time: number): Promise<void> {
    mock.timers.setTime(time)
    const id = newId()
    await save(suite.store, id, newSession({ userId: 'ada' }))
    await destroy(suite.store, id)
  }

  test('the reasons of few ends are read at once, and not again', async () => {
    for (const ago of [23, 5, 5, 1, 0]) await signOutAt(now - ago * HOUR_MS)
    mock.timers.setTime(now)
    const { calls, hours } = observed(suite.store)
    await hours.count()
    assert.equal(hours.hasUnread, true)
    assert.equal(hours.endsOf(hour), undefined)
    await hours.readReasons()
    assert.equal(hours.hasUnread, false)
    const found = [23, 5, 4, 1, 0].map((ago) => hours.endsOf(hour - ago * HOUR_MS))
    const group = 'Signed out or replaced'
    assert.deepEqual(found, [{ [group]: 1 }, { [group]: 2 }, {}, { [group]: 1 }, { [group]: 1 }])
    await hours.readReasons()
    assert.deepEqual(
      calls.map(({ call }) => call),
      ['activity', 'history'],
    )
  })

  test('the ends of a busy hour are estimated from 500 of them, and other hours are read after it', async () => {
    // An event in a second, and each second one is an end, whose reason does not open.
    await insertManyEvents(suite.database, 1_400, hour - 2 * HOUR_MS)
    await signOutAt(now - 3 * HOUR_MS)
    await signOutAt(now)
    const { calls, hours } = observed(suite.store)
    await hours.count()
    await hours.readReasons()
    assert.deepEqual(hours.endsOf(hour), { 'Signed out or replaced': 1 })
    await hours.readReasons()
    assert.deepEqual(hours.endsOf(hour - 2 * HOUR_MS), { Other: 700 })
    assert.equal(hours.isSampled(hour - 2 * HOUR_MS), true)
    await hours.readReasons()
    assert.deepEqual(hours.endsOf(hour - 3 * HOUR_MS), { 'Signed out or replaced': 1 })
    assert.equal(hours.hasUnread, false)
    assert.equal(hours.isSampled(hour), false)
    assert.equal(calls.length, 4)
  })

  test('the running hour is read again after a minute, and keeps other hours from nothing', async () => {
    await insertManyEvents(suite.database, 1_400, hour)
    await signOutAt(hour - HOUR_MS / 2)
    mock.timers.setTime(now)
    const { calls, hours } = observed(suite.store)
    await hours.count()
    await hours.readReasons()
    await signOutAt(now)
    await hours.count()
    await hours.readReasons()
    assert.equal(calls.at(-1)!.before!.getTime(), hour, 'the hour before')
    await hours.readReasons()
    assert.equal(calls.length, 4)
    mock.timers.setTime(now + 60_000)
    await hours.readReasons()
    assert.equal(calls.at(-1)!.before!.getTime(), hour + HOUR_MS)
  })

  test('past hours are counted again only when an hour begins', async () => {
    const { calls, hours } = observed(suite.store)
    await signOutAt(now)
    await hours.count()
    await hours.count()
    await signOutAt(now + HOUR_MS)
    await hours.count()
    assert.deepEqual(
      calls.map(({ from }) => (now - from!.getTime()) / HOUR_MS),
      [23.5, 0.5, 22.5],
    )
    assert.deepEqual([hours.countsOf(hour).ended, hours.countsOf(hour + HOUR_MS).ended], [1, 1])
    mock.timers.setTime(now + 30 * HOUR_MS)
    await hours.count()
    assert.deepEqual(hours.countsOf(hour), {}, 'old hours are forgotten')
  })
})
