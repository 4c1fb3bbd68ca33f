import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionDatabase } from '../../../src/database/contract/session-database.ts'
import { trimRound } from '../../../src/store/trimming/trim-round.ts'

const endless = { maxRows: Number.POSITIVE_INFINITY, maxDuration: 60_000, pause: 0 }
const signals = { caller: undefined, closing: new AbortController().signal }

/** The sizes of the batches of a round, of which those with these numbers, from 1 on, take long. */
async function sizesOfBatches(batchSize: number, count: number, slow: readonly number[]): Promise<number[]> {
  const sizes: number[] = []
  const trim = async (_now: number, limit: number) => {
    sizes.push(limit)
    if (slow.includes(sizes.length)) holdUp(60)
    return sizes.length < count ? limit : 0
  }
  await trimRound({} as SessionDatabase, (work) => work(trim), { ...endless, batchSize }, signals)
  return sizes
}

function holdUp(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

test('a batch that took long halves the next one, down to 50 rows, and a quick one doubles it again', async () => {
  const sizes = await sizesOfBatches(500, 10, [1, 2, 3, 4, 5])
  assert.deepEqual(sizes, [500, 250, 125, 62, 50, 50, 100, 200, 400, 500])
})

test('batches that are small from the start stay as they were asked for', async () => {
  assert.deepEqual(await sizesOfBatches(20, 4, [1]), [20, 20, 20, 20])
})
