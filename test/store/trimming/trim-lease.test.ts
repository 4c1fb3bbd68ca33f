import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase } from '../../../src/database/open.ts'
import { underLease } from '../../../src/store/trimming/trim-alone.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { allRows } from '../../support/rows.ts'
import { storesOn } from '../../support/stores.ts'
import { until } from '../../support/until.ts'
import { addDueRows, countRows, dueRowsOf } from '../../trimming/due-rows.ts'
import { TrimmingProcess, trimmingProcesses } from '../../trimming/trimming-process.ts'
import { withoutLocks } from '../../trimming/without-locks.ts'

const PROCESSES = 8
const ROWS = 200
/** Slow enough for everybody to come while it is under way. */
const SLOWLY = { batchSize: 10, pause: 500 }
const MINUTE_MS = 60_000
const LEASE_MS = 2 * MINUTE_MS

const byLease = { trim: { interval: false, lock: 'lease' } } as const

const processes = trimmingProcesses(PROCESSES)

forEachDatabase((target) => {
  const suite = storesOn(target, byLease)
  const { addDue, left, hasBegun } = dueRowsOf(suite)

  test('of eight processes that trim by a lease one does, and the others say that it is locked', async () => {
    await addDue(ROWS)
    const results = await Promise.all(processes.map((one) => one.trim(suite.database.url, SLOWLY, byLease)))
    assert.deepEqual(results.map(({ stopped }) => stopped).toSorted(), ['done', ...Array(PROCESSES - 1).fill('locked')])
    assert.equal(
      results.reduce((sum, { trimmed }) => sum + trimmed, 0),
      ROWS,
    )
    assert.equal(await left(), 0)
  })

  test('the lease of a process that is killed runs out, and then another one trims', async (t) => {
    await addDue(40)
    const killed = await TrimmingProcess.launch()
    killed.begin(suite.database.url, { batchSize: 1, pause: 500 }, byLease)
    await hasBegun(40)
    await killed.kill()
    assert.equal((await suite.store.trim()).stopped, 'locked')
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + MINUTE_MS })
    assert.equal((await suite.store.trim()).stopped, 'locked')
    t.mock.timers.setTime(Date.now() + 2 * MINUTE_MS)
    assert.equal((await suite.store.trim()).stopped, 'done')
    assert.equal(await left(), 0)
  })

  test('a lease is renewed by batches, and given back at the end', async (t) => {
    const isHeld = async () => (await suite.store.trim()).stopped === 'locked'
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
    const database = await openDatabase(target.dialect, suite.database.url, 'stored_sessions')
    await underLease(database, LEASE_MS, async (trim) => {
      for (let batch = 0; batch < 4; batch++) {
        t.mock.timers.setTime(Date.now() + LEASE_MS * 0.75)
        assert.equal(await trim(Date.now(), 1), 0)
        assert.ok(await isHeld(), 'it ran out')
      }
    })
    assert.ok(!(await isHeld()), 'it was kept')
    await database.close()
  })

  test('a lease that ran out and was taken by another one is not taken back, nor given back for it', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
    const database = await openDatabase(target.dialect, suite.database.url, 'stored_sessions')
    const nobody = async () => assert.fail('two trim at once')
    await underLease(database, LEASE_MS, async (trim) => {
      t.mock.timers.setTime(Date.now() + LEASE_MS + 1)
      await underLease(database, LEASE_MS, async (trimLater) => {
        assert.equal(await trim(Date.now(), 1), undefined)
        assert.equal(await trimLater(Date.now(), 1), 0)
        assert.equal(await underLease(database, LEASE_MS, nobody), undefined)
      })
    })
    await database.close()
  })

  test('the row of the lease is no session to anybody, and goes with time', async (t) => {
    const { stopped } = await suite.store.trim()
    assert.equal(stopped, 'done')
    const [row] = await allRows(suite.database)
    assert.deepEqual([row!.data.length, row!.userId, row!.endReason], [24, null, null])
    assert.equal(await suite.store.count({ state: 'live' }), 0)
    assert.deepEqual(await suite.store.revoke({ all: true }), { revoked: 0 })
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 2 * 24 * 60 * MINUTE_MS })
    const other = await suite.another({ trim: false })
    assert.equal((await other.trim()).trimmed, 1)
  })

  if (target.dialect === 'sqlite') return

  test('a database that does not know the function of the lock is trimmed by a lease', async (t) => {
    const database = await target.create()
    t.after(() => database.drop())
    const prepared = await suite.another({ database: database.url, trim: false })
    await addDueRows(database, prepared, 40)
    const without = await withoutLocks(database)
    t.after(() => without.close())
    const [store, other] = [
      await suite.another({ database: without.database, migrate: false, trim: false }),
      await suite.another({ database: without.database, migrate: false, trim: false }),
    ]
    const trimming = store.trim({ batchSize: 1, pause: 20 })
    await until('a batch is gone', async () => (await countRows(database)) < 40)
    assert.equal((await other.trim()).stopped, 'locked')
    assert.deepEqual([(await trimming).trimmed, await countRows(database)], [40, 0])
    await Promise.all([prepared, store, other].map((one) => one.close()))
  })
})
