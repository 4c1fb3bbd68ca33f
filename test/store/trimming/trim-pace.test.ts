import assert from 'node:assert/strict'
import { afterEach, describe, mock, test } from 'node:test'
import type { SessionDatabase } from '../../../src/database/contract/session-database.ts'
import { guarded } from '../../../src/database/door/guarded.ts'
import { openDatabase } from '../../../src/database/open.ts'
import { SessionEventEmitter } from '../../../src/store/core/events.ts'
import type { TrimLimits } from '../../../src/store/options/trim-options.ts'
import { LEAST_SHARE, nextShare, Pace } from '../../../src/store/trimming/pace.ts'
import { trimRound } from '../../../src/store/trimming/trim-round.ts'
import { Trimmer } from '../../../src/store/trimming/trimming.ts'
import { timeLimitsOf } from '../../../src/time/time-limits.ts'
import { createSqliteDatabase } from '../../harness/sqlite-database.ts'

const auto = { batchSize: 500, pause: 'auto' as const }

/** The sizes of the first batch and of those after batches that took so long. */
function sizesAfter(batchSize: number, times: readonly number[], longest = 4): number[] {
  const pace = new Pace({ ...auto, batchSize }, LEAST_SHARE, longest)
  const sizes = [pace.size]
  for (const took of times) {
    pace.batchTook(took)
    sizes.push(pace.size)
  }
  return sizes
}

describe('the pace of trimming', () => {
  test('begins with small batches, doubles quick ones up to batchSize, and halves slow ones down to 50 rows', () => {
    assert.deepEqual(sizesAfter(500, [1, 1, 1, 1, 1]), [50, 100, 200, 400, 500, 500])
    assert.deepEqual(sizesAfter(500, [1, 1, 1, 5, 5, 5, 5, 1]), [50, 100, 200, 400, 200, 100, 50, 50, 100])
    assert.deepEqual(sizesAfter(500, [1, 3, 3]), [50, 100, 100, 100])
    assert.deepEqual(sizesAfter(500, [5, 9, 15, 21], 20), [50, 100, 200, 200, 100])
  })

  test('never deletes more rows at once than batchSize, and never none', () => {
    assert.deepEqual(sizesAfter(60, [0, 0, 100]), [50, 60, 60, 50])
    assert.deepEqual(sizesAfter(1, [0, 100, 100]), [1, 1, 1, 1])
  })

  test('pauses in proportion to the last batch, for 5 seconds at most', () => {
    const pace = new Pace(auto, LEAST_SHARE)
    const pauses = [0, 1, 2, 10, 10_000].map((took) => {
      pace.batchTook(took)
      return pace.pause
    })
    assert.deepEqual(pauses, [0, 199, 398, 1_990, 5_000])
    const faster = new Pace(auto, 0.1)
    faster.batchTook(10)
    assert.equal(faster.pause, 90)
  })

  test('is fixed by a number, whatever batches take', () => {
    const pace = new Pace({ ...auto, pause: 7 }, LEAST_SHARE)
    assert.equal(pace.size, 500)
    for (const took of [0, 30, 10_000]) {
      pace.batchTook(took)
      assert.equal(pace.pause, 7)
    }
  })

  test('takes twice the time after each round that left rows, up to 16%, until a round leaves none', () => {
    let share = LEAST_SHARE
    const shares = Array.from({ length: 7 }, () => {
      share = nextShare(share, 'time')
      return share
    })
    assert.deepEqual(shares, [0.01, 0.02, 0.04, 0.08, 0.16, 0.16, 0.16])
    for (const stopped of ['rows', 'locked', 'aborted', 'closed'] as const) assert.equal(nextShare(0.08, stopped), 0.08)
    assert.equal(nextShare(0.16, 'done'), LEAST_SHARE)
  })
})

test('batches of SQLite, which block the process, are to be shorter, also behind the guard of its statements', async () => {
  const place = await createSqliteDatabase()
  const database = await openDatabase('sqlite', place.url, 'stored_sessions')
  assert.equal(guarded(database, timeLimitsOf(5_000)).longestBatch, 4)
  await database.close()
  await place.drop()
})

describe('a round', () => {
  afterEach(() => mock.restoreAll())

  /** A clock that only batches move on. */
  function clockOfBatches(): (ms: number) => void {
    let now = 0
    mock.method(performance, 'now', () => now)
    return (ms) => {
      now += ms
    }
  }

  test('has batches and pauses by how long its batches take', async () => {
    const pass = clockOfBatches()
    const sizes: number[] = []
    const trim = async (_now: number, limit: number) => {
      sizes.push(limit)
      pass(sizes.length === 4 ? 30 : 1)
      return sizes.length < 6 ? limit : 0
    }
    const limits = { ...auto, maxRows: Number.POSITIVE_INFINITY, maxDuration: 1_000 }
    const signals = { caller: undefined, closing: new AbortController().signal }
    const { stopped } = await trimRound({} as SessionDatabase, (work) => work(trim), limits, signals, 0.5)
    assert.equal(stopped, 'done')
    assert.deepEqual(sizes, [50, 100, 200, 400, 200, 400])
    sizes.length = 0
    const quick = { longestBatch: 1.5 } as SessionDatabase
    await trimRound(quick, (work) => work(trim), limits, signals, 0.5)
    assert.deepEqual(sizes, [50, 50, 50, 50, 50, 50], 'a batch of 1 ms is not quick for this database')
  })

  test('in the background tells of a growing backlog after three rounds with the largest share', async () => {
    const pass = clockOfBatches()
    const database = {
      trimAlone: (work) =>
        work(async (_now, limit) => {
          pass(1)
          return limit
        }),
      countDue: async () => 10_000,
    } as Partial<SessionDatabase> as SessionDatabase
    const limits = { ...auto, maxRows: Number.POSITIVE_INFINITY, maxDuration: 1 }
    const { rounds, trimmer, events } = inBackground(database, limits)
    const told: number[] = []
    events.on('backlog', () => told.push(rounds.length))
    // Two calls at once are one round.
    const both = () => Promise.all([trimmer.runInBackground(), trimmer.runInBackground()])
    for (let round = 0; round < 10; round++) await both()
    assert.deepEqual(new Set(rounds), new Set(['time']))
    assert.deepEqual(told, [8])
  })

  test('in the background takes more of the time after one that left rows, and less after one that left none', async () => {
    const pass = clockOfBatches()
    let batches = 0
    const trim = async (_now: number, limit: number) => {
      batches += 1
      pass(0.1)
      return batches < 2 ? limit : 0
    }
    const database = { trimAlone: (work) => work(trim) } as SessionDatabase
    // Between the pauses of a two-hundredth, 19.9 ms, and a hundredth, 9.9 ms.
    const limits = { ...auto, maxRows: Number.POSITIVE_INFINITY, maxDuration: 15 }
    const { rounds, trimmer } = inBackground(database, limits)
    for (let round = 0; round < 4; round++) {
      batches = 0
      await trimmer.runInBackground()
    }
    assert.deepEqual(rounds, ['time', 'done', 'time', 'done'])
  })
})

/** What trims in the background, and how its rounds ended. */
function inBackground(database: SessionDatabase, limits: TrimLimits) {
  const schedule = { ...limits, interval: false as const, everyRequests: 0 }
  const events = new SessionEventEmitter()
  const trimmer = new Trimmer(database, events, { trim: schedule, trimLock: 'auto', operationTimeout: 5_000 })
  const rounds: string[] = []
  events.on('trimmed', ({ stopped }) => rounds.push(stopped))
  return { rounds, trimmer, events }
}
