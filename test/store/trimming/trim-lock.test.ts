import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachDatabase } from '../../harness/databases.ts'
import { storesOn } from '../../support/stores.ts'
import { until } from '../../support/until.ts'
import { dueRowsOf } from '../../trimming/due-rows.ts'
import { TrimmingProcess, trimmingProcesses } from '../../trimming/trimming-process.ts'

const PROCESSES = 8
const ROWS = 600
/** Slow enough for everybody to come while it is under way. */
const SLOWLY = { batchSize: 10, pause: 40 }

const processes = trimmingProcesses(PROCESSES)

forEachDatabase((target) => {
  const suite = storesOn(target)
  const { addDue, left, hasBegun } = dueRowsOf(suite)

  /** Begins to trim 40 rows, one at a time, until it is told to stop. */
  async function slowTrimming() {
    await addDue(40)
    const stopping = new AbortController()
    const trimming = suite.store.trim({ batchSize: 1, pause: 20, signal: stopping.signal })
    await hasBegun(40)
    return { trimming, stopping }
  }

  test('of eight processes that trim at once one does, and the others say that it is locked', async () => {
    await addDue(ROWS)
    const results = await Promise.all(processes.map((one) => one.trim(suite.database.url, SLOWLY)))
    const busy = results.filter(({ trimmed }) => trimmed > 0)
    assert.equal(
      busy.reduce((sum, { trimmed }) => sum + trimmed, 0),
      ROWS,
    )
    // Whoever finds the lock taken stops, so that one goes on to the end, whoever began.
    assert.equal(busy.filter(({ stopped }) => stopped === 'done').length, 1)
    const others = results.filter(({ stopped }) => stopped === 'locked')
    assert.equal(others.length, PROCESSES - 1)
    assert.ok(busy.length <= 2, `${busy.length} processes trimmed in turn`)
    assert.equal(await left(), 0)
  })

  test('while another store trims, a call deletes nothing and says why, and afterwards it goes on', async () => {
    const { trimming, stopping } = await slowTrimming()
    const other = await suite.another()
    const { durationMs, backlog, ...result } = await other.trim()
    assert.deepEqual(result, { trimmed: 0, batches: 0, complete: false, stopped: 'locked' })
    assert.ok(backlog! > 0 && backlog! < 40)
    stopping.abort()
    const { trimmed } = await trimming
    assert.equal((await other.trim()).trimmed, 40 - trimmed)
  })

  test('a process that is killed in the middle leaves the lock to others', async () => {
    await addDue(40)
    const killed = await TrimmingProcess.launch()
    killed.begin(suite.database.url, { batchSize: 1, pause: 20 })
    await hasBegun(40)
    assert.equal((await suite.store.trim()).stopped, 'locked')
    await killed.kill()
    await until('the lock is free', async () => (await suite.store.trim()).stopped === 'done')
    assert.equal(await left(), 0)
  })

  test('a round that fails leaves the lock to others', async () => {
    await addDue(3)
    const other = await suite.another()
    await suite.database.query('ALTER TABLE stored_sessions RENAME TO elsewhere')
    await assert.rejects(other.trim(), { code: 'FST_STORED_SESSION_UNAVAILABLE' })
    await suite.database.query('ALTER TABLE elsewhere RENAME TO stored_sessions')
    await until('it is trimmed', async () => (await suite.store.trim()).stopped === 'done')
    assert.equal(await left(), 0)
  })

  test('another table of the same database has a lock of its own', async () => {
    const { trimming, stopping } = await slowTrimming()
    const other = await suite.another({ table: 'other_sessions' })
    assert.equal((await other.trim()).stopped, 'done')
    stopping.abort()
    await trimming
  })

  test('another database of the same server has a lock of its own', async (t) => {
    const { trimming, stopping } = await slowTrimming()
    const database = await target.create()
    t.after(() => database.drop())
    const other = await suite.another({ database: database.url })
    assert.equal((await other.trim()).stopped, 'done')
    await other.close()
    stopping.abort()
    await trimming
  })
})
