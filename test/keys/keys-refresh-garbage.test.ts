import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RefreshedKeys } from '../../src/keys/refreshed-keys.ts'
import { withClock } from './envelopes.ts'
import { LearningKeys } from './learning-keys.ts'

const MINUTE_MS = 60_000
const GARBAGE = Array.from({ length: 5_000 }, (_, index) => index)

/** How many of these ids are answered with an error, and so with a 503. */
async function countFaults(keys: RefreshedKeys, ids: number[]): Promise<number> {
  const answers = await Promise.allSettled(ids.map(async (id) => keys.find(id)))
  return answers.filter(({ status }) => status === 'rejected').length
}

describe('rows of garbage', () => {
  test('with as many key ids ask the provider once a second together, and few of them are waited for', async () => {
    await withClock(async (advance) => {
      const provider = new LearningKeys('old')
      const keys = new RefreshedKeys(provider, () => provider.refresh())
      assert.equal(await countFaults(keys, GARBAGE), 1_000)
      assert.equal(provider.refreshes, 1)
      assert.equal(await countFaults(keys, GARBAGE), 1_000)
      assert.equal(provider.refreshes, 2)
      advance(MINUTE_MS)
      assert.equal(await countFaults(keys, GARBAGE.slice(0, 1_000)), 0)
      assert.equal(provider.refreshes, 3)
      // Those that were given up make room for the ids of today.
      assert.equal(await countFaults(keys, [70_000]), 1)
    })
  })

  test('that are read one after the other ask the provider once a second too', async () => {
    const provider = new LearningKeys('old')
    const keys = new RefreshedKeys(provider, () => provider.refresh())
    const begun = performance.now()
    for (const id of [1, 2, 3]) await countFaults(keys, [id])
    // A timer may be a moment early.
    const seconds = (performance.now() - begun) / 990
    assert.equal(provider.refreshes, 3)
    assert.equal(seconds >= provider.refreshes - 1, true)
  })

  test('keep no key from being found', async () => {
    const provider = new LearningKeys('old')
    const keys = new RefreshedKeys(provider, () => provider.refresh())
    await countFaults(keys, GARBAGE)
    const { id } = await keys.current()
    assert.equal((await keys.find(id))?.id, id)
    assert.equal(provider.refreshes, 1)
  })
})

describe('a refresh', () => {
  test('that does not end is given up, and is not the last one', async () => {
    await withClock(async (advance) => {
      const provider = new LearningKeys('old')
      provider.gate = new Promise(() => {})
      const keys = new RefreshedKeys(provider, () => provider.refresh(), 20)
      await assert.rejects(async () => keys.find(1), /has not ended within 20 ms/)
      provider.gate = undefined
      advance(1_000)
      await assert.rejects(async () => keys.find(1), /does not know/)
      assert.equal(provider.refreshes, 2)
    })
  })

  test('that throws at once is a fault like any other', async () => {
    const fail = () => {
      throw new Error('no such file')
    }
    const keys = new RefreshedKeys(new LearningKeys('old'), fail)
    await assert.rejects(async () => keys.find(1), /no such file/)
  })
})
