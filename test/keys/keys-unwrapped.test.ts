import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import type { WrappedKey } from '../../src/index.ts'
import { KeyService } from '../../src/keys/envelope/key-service.ts'
import { UnwrappedKeys } from '../../src/keys/envelope/unwrapped-keys.ts'
import { withClock } from './envelopes.ts'

const MINUTE_MS = 60_000

/** Keys in the memory of a process, and how often they were unwrapped. */
function keysOf(unwrap: (wrapped: Buffer) => Buffer = (wrapped) => wrapped) {
  const asked: number[] = []
  const service = new KeyService(
    {
      wrap: async (key) => key,
      unwrap: async (wrapped, { keyId }) => {
        asked.push(keyId)
        return unwrap(wrapped)
      },
    },
    { softTimeout: 1_000, hardTimeout: 1_000 },
    { namespace: 'table', onSlow: () => {} },
  )
  const keys = new UnwrappedKeys(service, { recheckAfter: MINUTE_MS, refuseAfter: MINUTE_MS }, () => {})
  return { keys, asked }
}

const rowOf = (id: number): WrappedKey => ({ id, wrapped: randomBytes(32), createdAt: Date.now() })

describe('the unwrapped keys of a process', () => {
  test('are forgotten when they are old and have gone from the table', async () => {
    await withClock(async (advance) => {
      const { keys } = keysOf()
      const [old, kept] = [rowOf(1), rowOf(2)]
      for (const row of [old, kept]) await keys.unwrap(row)
      advance(1)
      const young = rowOf(3)
      await keys.unwrap(young)
      keys.forget(Date.now(), [kept])
      assert.deepEqual(
        [1, 2, 3].map((id) => keys.get(id) !== undefined),
        [false, true, true],
      )
    })
  })

  test('never change: a service that gives other bytes for a key than the last time has failed', async () => {
    await withClock(async (advance) => {
      const { keys, asked } = keysOf(() => randomBytes(32))
      const row = rowOf(1)
      await keys.unwrap(row)
      advance(MINUTE_MS)
      await assert.rejects(keys.unwrap(row), /another key than before for the same wrapped key/)
      assert.deepEqual(asked, [1, 1])
    })
  })
})
