import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RowTouch } from '../../src/database/contract/session-database.ts'
import { TouchQueue } from '../../src/database/door/touch-queue.ts'
import { sidOf } from '../support/rows.ts'

const START = 1_732_100_000_000
const HOUR_MS = 3_600_000

function touchOf(id: string, version = 1, touchedAt = START): RowTouch {
  return {
    sid: sidOf(id),
    version,
    touchedAt,
    expiresAt: touchedAt + HOUR_MS,
    trimAt: touchedAt + 2 * HOUR_MS,
    metadata: null,
  }
}

/** A queue, the batches that it wrote, and a way to let the batch that is under way end. */
function openQueue() {
  const batches: RowTouch[][] = []
  const errors: Error[] = []
  const ends: ((error?: Error) => void)[] = []
  const write = (touches: readonly RowTouch[]) =>
    new Promise<void>((resolve, reject) => {
      batches.push([...touches])
      ends.push((error) => (error ? reject(error) : resolve()))
    })
  const queue = new TouchQueue(write, (error) => errors.push(error))
  return { queue, batches, errors, end: (error?: Error) => ends.shift()!(error) }
}

const turn = () => new Promise(setImmediate)

describe('touches', () => {
  test('of one session are one, of many sessions one batch in the order of their keys', async () => {
    const { queue, batches, end } = openQueue()
    const ids = ['a', 'b', 'c', 'd']
    for (const id of [...ids, ...ids]) queue.add(touchOf(id))
    const flushed = queue.flush()
    await turn()
    end()
    await flushed
    const sids = ids.map(sidOf).sort(Buffer.compare)
    assert.deepEqual(
      batches.map((batch) => batch.map(({ sid }) => sid)),
      [sids],
    )
  })

  test('of a read that was on its way while the touch was stored are none', async () => {
    const { queue, batches, end } = openQueue()
    queue.add(touchOf('a'))
    queue.flush()
    await turn()
    queue.add(touchOf('a', 1, START + 5))
    end()
    await queue.flush()
    queue.add(touchOf('a', 1, START + 10))
    await queue.flush()
    assert.equal(batches.length, 1)
  })

  test('of a session that changed meanwhile, or was used much later, are stored', async () => {
    const { queue, batches, end } = openQueue()
    for (const touch of [touchOf('a'), touchOf('a', 2, START + 5), touchOf('a', 2, START + 60_000)]) {
      queue.add(touch)
      const flushed = queue.flush()
      await turn()
      end()
      await flushed
    }
    assert.equal(batches.length, 3)
  })

  test('that failed are told, and the next use is stored', async () => {
    const { queue, batches, errors, end } = openQueue()
    queue.add(touchOf('a'))
    const failing = queue.flush()
    await turn()
    end(new Error('away'))
    await failing
    queue.add(touchOf('a', 1, START + 5))
    const flushed = queue.flush()
    await turn()
    end()
    await flushed
    assert.deepEqual(
      errors.map(({ message }) => message),
      ['away'],
    )
    assert.equal(batches.length, 2)
  })

  test('that are very many go in several statements', async () => {
    const { queue, batches, end } = openQueue()
    for (let n = 0; n < 1_100; n += 1) queue.add(touchOf(`session ${n}`))
    const flushed = queue.flush()
    for (let batch = 0; batch < 3; batch += 1) {
      await turn()
      end()
    }
    await flushed
    assert.deepEqual(
      batches.map((batch) => batch.length),
      [500, 500, 100],
    )
  })
})
