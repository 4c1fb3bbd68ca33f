import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { sealingKey } from '../../src/keys/key-provider.ts'
import { keyRing } from '../../src/keys/key-ring.ts'
import {
  keyIdOf,
  open,
  SEAL_OVERHEAD_BYTES,
  type SealContext,
  seal,
  UnreadablePayload,
} from '../../src/payload/sealed-payload.ts'
import { codecOf } from './codecs.ts'

const material = randomBytes(32)
const key = sealingKey(0x01020304, material)
const sidOf = (text: string) => createHash('sha256').update(text).digest()
const context: SealContext = { namespace: 'stored_sessions', sid: sidOf('one'), createdAt: 1_763_636_955_123 }

/** Opens as the store does: the key by its id, then the payload. */
function openInRow(sealed: Buffer, { namespace, sid, createdAt } = context, keys = [key]): Buffer {
  return codecOf(keyRing(keys[0], keys.slice(1)), namespace).open({ sid, createdAt }, sealed) as Buffer
}

function assertUnreadable(run: () => unknown, what: string, reason?: string): void {
  assert.throws(
    run,
    (error) => {
      assert.ok(error instanceof UnreadablePayload, `${what}: ${error}`)
      if (reason) assert.equal(error.reason, reason, what)
      return true
    },
    what,
  )
}

const PLAINTEXTS = [Buffer.alloc(0), Buffer.from('x'), randomBytes(100)]

describe('a sealed payload', () => {
  test('opens in its own row, whatever its length', () => {
    for (const length of [0, 1, 15, 16, 17, 1_000, 65_536]) {
      const plaintext = randomBytes(length)
      assert.deepEqual(openInRow(seal(key, context, plaintext)), plaintext)
    }
  })

  test('has the version, the key id, 16 bytes of salt, the ciphertext and 16 bytes of tag', async () => {
    const plaintext = Buffer.from('plain')
    const sealed = seal(key, context, plaintext)
    assert.equal(sealed[0], 1)
    assert.deepEqual(sealed.subarray(1, 5), Buffer.from([1, 2, 3, 4]))
    assert.equal(sealed.length, 1 + 4 + 16 + plaintext.length + 16)
    const again = seal(key, context, plaintext)
    assert.deepEqual(again.subarray(0, 5), sealed.subarray(0, 5))
    assert.notDeepEqual(again.subarray(5, 21), sealed.subarray(5, 21))
  })

  test('is 37 bytes longer than its plaintext', () => {
    assert.equal(SEAL_OVERHEAD_BYTES, 37)
    for (const plaintext of PLAINTEXTS) assert.equal(seal(key, context, plaintext).length, plaintext.length + 37)
  })

  test('tells its key id without being opened, in the whole range of ids', () => {
    for (const id of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
      assert.equal(keyIdOf(seal(sealingKey(id, material), context, Buffer.alloc(3))), id)
    }
  })

  test('holds nothing of its plaintext, its row or its key', () => {
    const plaintext = Buffer.from('a plaintext that is long enough to be found')
    const sealed = seal(key, context, plaintext)
    for (const secret of [plaintext.subarray(0, 8), context.sid.subarray(0, 8), material.subarray(0, 8)]) {
      assert.equal(sealed.indexOf(secret), -1)
    }
  })
})

describe('a payload that was tampered with is refused:', () => {
  test('every bit flipped', () => {
    for (const plaintext of PLAINTEXTS) {
      const sealed = seal(key, context, plaintext)
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        const tampered = Buffer.from(sealed)
        tampered[bit >> 3]! ^= 1 << (bit & 7)
        assertUnreadable(() => openInRow(tampered), `bit ${bit} of ${sealed.length} bytes`)
        assertUnreadable(() => open(key, context, tampered), `bit ${bit}, opened with the key`)
      }
    }
  })

  test('every truncation, at either end', () => {
    for (const plaintext of PLAINTEXTS) {
      const sealed = seal(key, context, plaintext)
      for (let length = 0; length < sealed.length; length++) {
        assertUnreadable(() => openInRow(sealed.subarray(0, length)), `the first ${length}`)
        assertUnreadable(() => openInRow(sealed.subarray(sealed.length - length)), `the last ${length}`)
        assertUnreadable(() => open(key, context, sealed.subarray(0, length)), `the first ${length}, with the key`)
      }
    }
  })

  test('every byte left out, and every extension', () => {
    const sealed = seal(key, context, Buffer.from('a plaintext'))
    for (let at = 0; at <= sealed.length; at++) {
      const [front, back] = [sealed.subarray(0, at), sealed.subarray(at)]
      if (back.length > 0) assertUnreadable(() => openInRow(Buffer.concat([front, back.subarray(1)])), `less at ${at}`)
      for (const more of [Buffer.from([0]), Buffer.alloc(16), randomBytes(37)]) {
        assertUnreadable(() => openInRow(Buffer.concat([front, more, back])), `${more.length} more at ${at}`)
      }
    }
  })

  test('every splice of two payloads of one row', () => {
    const one = seal(key, context, Buffer.from('the first state'))
    const two = seal(key, context, Buffer.from('another content'))
    for (let at = 0; at < one.length; at++) {
      const spliced = Buffer.concat([one.subarray(0, at), two.subarray(at)])
      // Where both have the same bytes there is nothing to splice.
      if (spliced.equals(one) || spliced.equals(two)) continue
      assertUnreadable(() => openInRow(spliced), `at ${at}`)
    }
  })

  test('the tag of another length', () => {
    const sealed = seal(key, context, Buffer.from('a plaintext'))
    const [front, tag] = [sealed.subarray(0, -16), sealed.subarray(-16)]
    for (const length of [0, 4, 8, 12, 13, 14, 15]) {
      assertUnreadable(() => openInRow(Buffer.concat([front, tag.subarray(0, length)])), `${length} bytes`)
    }
    const short = seal(key, context, Buffer.alloc(0)).subarray(0, -12)
    assertUnreadable(() => openInRow(short), 'a header with 4 bytes of tag', 'malformed')
  })

  test('what is no payload at all', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(37), Buffer.from('{"userId":"ada"}'.padEnd(50)), material]) {
      assertUnreadable(() => openInRow(bytes), bytes.toString('hex'))
    }
  })
})

test('the error of an unreadable payload holds nothing of it', () => {
  const sealed = seal(key, context, Buffer.from('a plaintext'))
  sealed[30]! ^= 1
  assert.throws(
    () => openInRow(sealed),
    (error: UnreadablePayload) => {
      assert.deepEqual(Object.keys(error), ['reason'])
      assert.equal(error.message, 'unreadable session payload: not authentic')
      assert.equal(error.cause, undefined)
      return true
    },
  )
})
