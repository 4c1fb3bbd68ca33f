import assert from 'node:assert/strict'
import { createHash, createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { BLOCK_BYTES, hmacInto, prefixHashInto } from '../../src/payload/keyed-hash.ts'

const lengths = [0, 1, 13, 127, 128, 129, 1_000]

describe('the HMAC of one-shot hashes', () => {
  for (const bytes of [1, 32, 127, 128, 129, 300]) {
    test(`equals that of node:crypto for a key of ${bytes} bytes and messages of any length`, () => {
      const key = createSecretKey(randomBytes(bytes))
      const result = Buffer.alloc(64)
      for (const length of lengths) {
        const message = randomBytes(length)
        hmacInto(result, key, Buffer.concat([Buffer.alloc(BLOCK_BYTES), message]))
        assert.deepEqual(result, createHmac('sha512', key).update(message).digest())
      }
    })
  }

  test('takes another key at once', () => {
    const keys = [createSecretKey(randomBytes(32)), createSecretKey(randomBytes(32))]
    const input = Buffer.concat([Buffer.alloc(BLOCK_BYTES), Buffer.from('message')])
    const results = [...keys, ...keys].map((key) => {
      const result = Buffer.alloc(64)
      hmacInto(result, key, input)
      return result.toString('hex')
    })
    assert.equal(new Set(results).size, 2)
    assert.deepEqual(results.slice(0, 2), results.slice(2))
  })
})

test('the hash of a salt is that of docs/security.md, for content of any size', () => {
  const material = randomBytes(32)
  const block = Buffer.concat([material, Buffer.alloc(96)]).map((byte) => byte ^ 0xa5)
  const head = randomBytes(80)
  for (const length of [...lengths, 65_535, 65_536, 1_000_000]) {
    const body = randomBytes(length)
    const result = Buffer.alloc(64)
    prefixHashInto(result, createSecretKey(material), head, body)
    assert.deepEqual(result, createHash('sha512').update(block).update(head).update(body).digest())
  }
})
