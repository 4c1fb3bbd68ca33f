import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoredSessionStore } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { type CountedDatabase, counted } from '../../support/counting.ts'
import { insertMany } from '../../support/many-rows.ts'
import { allRows } from '../../support/rows.ts'
import { destroy, newSession, save } from '../../support/sessions.ts'
import { newId, secret, storesOn } from '../../support/stores.ts'

const HOUR = 3_600_000
const START = 1_732_104_000_000
const ROWS = 60_000

forEachDatabase((target) => {
  const suite = storesOn(target, { idleTimeout: '2h' })

  test('the statistics of a small table are exact', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: START })
    assert.deepEqual(await suite.store.stats(), {
      live: 0,
      ended: 0,
      expired: 0,
      oldest: undefined,
      bytes: 0,
      exact: true,
    })
    const ids = Array.from({ length: 9 }, newId)
    for (const [n, id] of ids.entries()) {
      t.mock.timers.setTime(START + n * HOUR)
      await save(suite.store, id, newSession({ note: 'x'.repeat(n) }))
    }
    for (const id of ids.slice(1, 4)) await destroy(suite.store, id)
    const bytes = (await allRows(suite.database)).reduce((sum, { data }) => sum + data.length, 0)
    const { oldest, ...numbers } = await suite.store.stats()
    assert.deepEqual(numbers, { live: 2, ended: 3, expired: 4, bytes, exact: true })
    assert.deepEqual(oldest, new Date(START))
  })

  test('those of a large table are estimates, from as many rows whatever its size', async () => {
    await suite.database.query('DELETE FROM stored_sessions')
    const now = Date.now()
    // A quarter is over.
    const expiresAt = `${now} + (i % 4) * ${HOUR} - 1`
    await insertMany(suite.database, { count: ROWS, createdAt: `${now} - ${ROWS} + i`, expiresAt })
    const { live, ended, expired, oldest, bytes, exact } = await suite.store.stats()
    assert.deepEqual({ ended, exact, oldest }, { ended: 0, exact: false, oldest: new Date(now - ROWS) })
    // Four standard errors of a sample of 5,000, of which a quarter is expired.
    assertNear(live + expired, ROWS, 0.06)
    assertNear(live, ROWS * 0.75, 0.08)
    assertNear(expired, ROWS * 0.25, 0.12)
    assertNear(bytes, ROWS * 300, 0.06)
    assert.equal(await suite.store.count(), ROWS)
  })

  test('statistics are three statements, and so is a count one', async () => {
    const database: CountedDatabase = counted(suite.database)
    const store = new StoredSessionStore({ database: database.drizzle, secret, trim: false })
    await store.ready()
    await store.count()
    database.statements.length = 0
    await store.stats()
    assert.equal(database.statements.length, 3)
    await store.count({ state: 'live' })
    assert.equal(database.statements.length, 4)
    await store.close()
    await database.close()
  })
})

function assertNear(actual: number, expected: number, share: number): void {
  assert.ok(Math.abs(actual - expected) <= expected * share, `${actual} is not within ${share} of ${expected}`)
}
