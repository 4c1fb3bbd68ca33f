import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { after, before, describe, mock, test } from 'node:test'
import { sealingKey } from '../../src/keys/key-provider.ts'
import { open, seal } from '../../src/payload/sealed-payload.ts'
import { POOL_SALTS } from '../../src/payload/session-id.ts'

const key = sealingKey('first', crypto.randomBytes(32))
const otherKey = sealingKey('second', crypto.randomBytes(32))
const context = { namespace: 'stored_sessions', sid: crypto.randomBytes(32), createdAt: 1_763_636_955_123 }
const otherRow = { ...context, sid: crypto.randomBytes(32) }

const saltOf = (sealed: Buffer) => sealed.toString('hex', 5, 21)
const ciphertextOf = (sealed: Buffer) => sealed.toString('hex', 21, sealed.length - 16)

test('of many seals of one plaintext no two share a salt, a ciphertext or a tag', () => {
  const plaintext = Buffer.from('the same content every time')
  const sealed = Array.from({ length: 2_000 }, () => seal(key, context, plaintext))
  for (const part of [saltOf, ciphertextOf, (one: Buffer) => one.toString('hex', one.length - 16)]) {
    assert.equal(new Set(sealed.map(part)).size, sealed.length)
  }
})

describe('when the random source repeats itself', () => {
  before(() => {
    mock.method(crypto, 'randomFillSync', (bytes: Buffer) => bytes.fill(7))
    syncBuiltinESMExports()
    // What was drawn before is used up first.
    for (let n = 0; n < POOL_SALTS; n++) seal(key, context, Buffer.from('any'))
  })
  after(() => {
    mock.restoreAll()
    syncBuiltinESMExports()
  })

  test('the same content in the same row gives the same payload, so that it really repeats', () => {
    assert.deepEqual(seal(key, context, Buffer.from('same')), seal(key, context, Buffer.from('same')))
  })

  test('other content gets another salt, and so another key and nonce', () => {
    const plaintexts = Array.from({ length: 500 }, (_, n) => Buffer.from(`content ${n}`.padEnd(40)))
    const sealed = plaintexts.map((plaintext) => seal(key, context, plaintext))
    assert.equal(new Set(sealed.map(saltOf)).size, sealed.length)
    const keystreams = sealed.map((one, n) => xor(one.subarray(21, -16), plaintexts[n]!).toString('hex'))
    assert.equal(new Set(keystreams).size, sealed.length)
    for (const [n, one] of sealed.entries()) assert.deepEqual(open(key, context, one), plaintexts[n])
  })

  test('another row and another key get another salt', () => {
    const plaintext = Buffer.from('same')
    const salts = [seal(key, context, plaintext), seal(key, otherRow, plaintext), seal(otherKey, context, plaintext)]
    assert.equal(new Set(salts.map(saltOf)).size, 3)
  })
})

function xor(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, index) => byte ^ other[index]!))
}
