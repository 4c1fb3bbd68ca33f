import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { envelopeKeys } from '../../src/index.ts'
import { trailingReads } from '../../src/keys/envelope/unwrapped-keys.ts'

const calls = { wrap: async (key: Buffer) => key, unwrap: async (wrapped: Buffer) => wrapped }

const faultOf = (options: object) => {
  try {
    envelopeKeys({ ...calls, ...options })
    return 'none'
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'FST_STORED_SESSION_INVALID_OPTIONS')
    return (error as Error).message
  }
}

describe('the options of envelopeKeys', () => {
  test('are all looked at, and each fault is named', () => {
    for (const rotateEvery of ['1d', '12h', '1m', 60_000]) assert.equal(faultOf({ rotateEvery }), 'none')
    for (const rotateEvery of ['2d', '59s', 0, Number.NaN, 'day']) assert.match(faultOf({ rotateEvery }), /rotateEvery/)
    for (const rotateAfter of [0, 1.5, 2 ** 32 + 1, '5']) assert.match(faultOf({ rotateAfter }), /rotateAfter/)
    for (const hardTimeout of [0, '2m', null]) assert.match(faultOf({ hardTimeout }), /hardTimeout/)
    assert.match(faultOf({ softTimeout: '2s', hardTimeout: '1s' }), /softTimeout must be shorter/)
    assert.match(faultOf({ recheckAfter: '7d' }), /recheckAfter must be shorter than refuseAfter/)
    for (const refuseAfter of ['30s', '2y', false]) assert.match(faultOf({ refuseAfter }), /refuseAfter/)
    assert.equal(faultOf({ refuseAfter: '1h' }), 'none')
    assert.match(faultOf({ wrap: undefined, unwrap: 'x' }), /wrap must be a function.*\n- unwrap must be a function/)
    assert.match(faultOf({ rotate: '1d' }), /rotate is not an option/)
  })

  test('make a provider that works only in a store', () => {
    assert.throws(() => envelopeKeys(calls).current(), /use it after the store has opened/)
    assert.throws(() => envelopeKeys(calls).find(1), /use it after the store has opened/)
  })
})

describe('a read that many share', () => {
  test('begins after each of them asked, and there is one at a time', async () => {
    const begun: (() => void)[] = []
    const read = trailingReads(() => {
      const number = begun.length
      return new Promise<number>((resolve) => begun.push(() => resolve(number)))
    })
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    const first = [read(), read()]
    await turn()
    const second = [read(), read()]
    await turn()
    assert.equal(begun.length, 1)
    begun[0]!()
    assert.deepEqual(await Promise.all(first), [0, 0])
    await turn()
    begun[1]!()
    assert.deepEqual(await Promise.all(second), [1, 1])
  })

  test('that fails fails those alone who shared it', async () => {
    let count = 0
    const read = trailingReads(async () => {
      if (count++ === 0) throw new Error('down')
      return count
    })
    await assert.rejects(read(), /down/)
    assert.equal(await read(), 2)
  })
})
