import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionDatabase } from '../../../src/database/contract/session-database.ts'
import { openDatabase } from '../../../src/database/open.ts'
import type { SessionEvents, StoredSessionStore, TrimOptions } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { storesOn } from '../../support/stores.ts'
import { until } from '../../support/until.ts'
import { connect } from '../../trimming/connection.ts'
import { dueRowsOf } from '../../trimming/due-rows.ts'

forEachDatabase((target) => {
  const suite = storesOn(target)
  const { addDue, left } = dueRowsOf(suite)

  test('a round deletes as many rows as it may, and says what it left', async () => {
    await addDue(25)
    const { durationMs, ...result } = await suite.store.trim({ maxRows: 12, batchSize: 5 })
    assert.deepEqual(result, { trimmed: 12, batches: 3, complete: false, stopped: 'rows', backlog: 13 })
    assert.ok(durationMs >= 0)
    assert.equal(await left(), 13)
  })

  test('a round that adapts its pauses begins with 50 rows, and deletes everything', async () => {
    await addDue(80)
    const { trimmed, batches, stopped } = await suite.store.trim({ pause: 'auto' })
    assert.deepEqual({ trimmed, batches, stopped }, { trimmed: 80, batches: 2, stopped: 'done' })
  })

  test('a round begins no batch after its time', async () => {
    await addDue(6)
    const { trimmed, complete, stopped, backlog } = await suite.store.trim({ batchSize: 2, pause: 50, maxDuration: 10 })
    assert.deepEqual(
      { trimmed, complete, stopped, backlog },
      { trimmed: 2, complete: false, stopped: 'time', backlog: 4 },
    )
  })

  test('a round stops after the batch in which its signal says so, and before the first', async () => {
    await addDue(6)
    const stopping = new AbortController()
    const trimming = suite.store.trim({ batchSize: 2, pause: 10_000, signal: stopping.signal })
    await until('a batch is gone', async () => (await left()) < 6)
    stopping.abort()
    const { trimmed, stopped, backlog } = await trimming
    assert.deepEqual({ trimmed, stopped, backlog }, { trimmed: 2, stopped: 'aborted', backlog: 4 })
    const { durationMs, ...nothing } = await suite.store.trim({ signal: AbortSignal.abort() })
    assert.deepEqual(nothing, { trimmed: 0, batches: 0, complete: false, stopped: 'aborted', backlog: 4 })
  })

  test('a pause between batches ends when the store closes, and the round says so', async () => {
    await addDue(6)
    const store = await suite.another()
    const trimming = store.trim({ batchSize: 2, pause: 10_000 })
    await until('a batch is gone', async () => (await left()) < 6)
    await store.close()
    assert.equal((await trimming).stopped, 'closed')
    assert.equal(await left(), 4)
  })

  test('other options, and wrong ones, are refused by name before any statement', async () => {
    await addDue(1)
    const wrong: [TrimOptions, RegExp][] = [
      [{ maxRows: 0 }, /maxRows must be a whole number from 1/],
      [{ pause: -1 }, /pause must be a whole number from 0 to 10000/],
      [{ maxDuration: 'soon' as never }, /maxDuration must be milliseconds or text/],
      [{ signal: {} as AbortSignal }, /signal must be an AbortSignal/],
      [{ maxrows: 5 } as TrimOptions, /maxrows is not an option; did you mean maxRows\?/],
    ]
    for (const [options, message] of wrong) {
      await assert.rejects(suite.store.trim(options), { code: 'FST_STORED_SESSION_INVALID_OPTIONS', message })
    }
    assert.equal(await left(), 1)
  })

  test('every round is told as an event', async () => {
    const store = await suite.another()
    const told: SessionEvents['trimmed'][0][] = []
    store.events.on('trimmed', (result) => told.push(result))
    await addDue(3)
    const results = [await store.trim({ maxRows: 2 }), await store.trim()]
    assert.deepEqual(told, results)
    assert.deepEqual(
      told.map(({ stopped, trimmed }) => [stopped, trimmed]),
      [
        ['rows', 2],
        ['done', 1],
      ],
    )
  })

  test('a backlog that grows for three rounds is told once, and once more only after it had shrunk', async () => {
    const store = await suite.another()
    const told: SessionEvents['backlog'][0][] = []
    store.events.on('backlog', (event) => told.push(event))
    const growingRound = async () => {
      await addDue(3)
      await store.trim({ maxRows: 1 })
    }
    for (const heard of [0, 0, 1, 1]) {
      await growingRound()
      assert.equal(told.length, heard)
    }
    assert.deepEqual(told, [{ backlog: 6, rounds: 3 }])
    await store.trim()
    for (const heard of [1, 1, 2]) {
      await growingRound()
      assert.equal(told.length, heard)
    }
  })

  test('a batch that lost a deadlock is tried again, and the round goes on', async () => {
    await addDue(5)
    const opened = await openDatabase(target.dialect, suite.database.url, 'stored_sessions')
    const store = await suite.another({ database: losingDeadlocks(opened), migrate: false })
    const { trimmed, batches, stopped } = await store.trim({ batchSize: 2 })
    assert.deepEqual({ trimmed, batches, stopped }, { trimmed: 5, batches: 3, stopped: 'done' })
    await opened.close()
  })

  if (target.dialect === 'pg') {
    test('a batch that the server cancels is tried again, under the lock taken anew', async (t) => {
      await addDue(5)
      const connection = await connect(suite.database)
      t.after(() => connection.close())
      await connection.run('BEGIN')
      await connection.run('LOCK TABLE stored_sessions')
      const trimming = suite.store.trim({ batchSize: 2 })
      const cancel = 'SELECT pg_cancel_backend(pid) FROM pg_locks WHERE NOT granted'
      await until('it is cancelled', async () => (await suite.database.query(cancel)).length > 0)
      await connection.run('ROLLBACK')
      const { trimmed, batches, stopped } = await trimming
      assert.deepEqual({ trimmed, batches, stopped }, { trimmed: 5, batches: 3, stopped: 'done' })
    })
  }

  test('a storage that knows neither locks nor counting is trimmed all the same', async () => {
    await addDue(5)
    const opened = await openDatabase(target.dialect, suite.database.url, 'stored_sessions')
    const { trimAlone, countDue, ...database } = opened
    const store: StoredSessionStore = await suite.another({ database, migrate: false })
    const { durationMs, ...result } = await store.trim({ maxRows: 2 })
    assert.deepEqual(result, { trimmed: 2, batches: 1, complete: false, stopped: 'rows', backlog: undefined })
    await opened.close()
  })
})

/** A real database of which every other batch loses a deadlock before it has an effect. */
function losingDeadlocks(opened: SessionDatabase): SessionDatabase {
  let batches = 0
  return {
    ...opened,
    trimAlone: (work) =>
      opened.trimAlone!((trim) =>
        work(async (before, limit) => {
          if (batches++ % 2 === 0) throw Object.assign(new Error('deadlock'), { code: 'ER_LOCK_DEADLOCK' })
          return trim(before, limit)
        }),
      ),
  }
}
