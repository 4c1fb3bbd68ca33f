import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { type SealingKey, sealingKey } from '../../src/keys/key-provider.ts'
import { keyRing } from '../../src/keys/key-ring.ts'
import {
  open,
  type SealContext,
  seal,
  UnreadablePayload,
  type UnreadableReason,
} from '../../src/payload/sealed-payload.ts'
import { codecOf } from './codecs.ts'
import { referenceOpen, referenceSeal } from './sealed-payload-reference.ts'

const material = randomBytes(32)
const key = sealingKey(0x01020304, material)
const sidOf = (text: string) => createHash('sha256').update(text).digest()
const context: SealContext = { namespace: 'stored_sessions', sid: sidOf('one'), createdAt: 1_763_636_955_123 }

/** Opens as the store does: the key by its id, then the payload. */
function openInRow(sealed: Buffer, { namespace, sid, createdAt } = context, keys: SealingKey[] = [key]): Buffer {
  return codecOf(keyRing(keys[0], keys.slice(1)), namespace).open({ sid, createdAt }, sealed) as Buffer
}

function assertUnreadable(run: () => unknown, what: string, reason: UnreadableReason): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof UnreadablePayload, `${what}: ${error}`)
    assert.equal(error.reason, reason, what)
    return true
  })
}

describe('a second implementation, made from the layout alone,', () => {
  const plaintexts = [Buffer.alloc(0), Buffer.from('x'), randomBytes(1_000)]
  const contexts = [
    context,
    { ...context, createdAt: 0 },
    { ...context, createdAt: Number.MAX_SAFE_INTEGER },
    { ...context, namespace: '' },
    { ...context, namespace: 'таблица "x"' },
  ]

  test('opens what is sealed here', async () => {
    for (const place of contexts) {
      for (const plaintext of plaintexts) {
        assert.deepEqual(await referenceOpen(material, place, seal(key, place, plaintext)), plaintext)
      }
    }
  })

  test('seals what opens here', async () => {
    for (const place of contexts) {
      for (const plaintext of plaintexts) {
        assert.deepEqual(openInRow(await referenceSeal(key.id, material, place, plaintext), place), plaintext)
      }
    }
  })
})

describe('a payload opens nowhere but where it was sealed:', () => {
  const sealed = seal(key, context, Buffer.from('a plaintext'))

  test('not in another row', () => {
    assertUnreadable(() => openInRow(sealed, { ...context, sid: sidOf('two') }), 'sid', 'not authentic')
  })

  test('not in another table', () => {
    for (const namespace of ['', 'stored_session', 'stored_sessions ', 'STORED_SESSIONS']) {
      assertUnreadable(() => openInRow(sealed, { ...context, namespace }), namespace, 'not authentic')
    }
  })

  test('not with another creation date, so that nobody stretches its lifetime', () => {
    for (const createdAt of [0, context.createdAt - 1, context.createdAt + 1, Number.MAX_SAFE_INTEGER]) {
      assertUnreadable(() => openInRow(sealed, { ...context, createdAt }), String(createdAt), 'not authentic')
    }
  })

  test('not with what is no date at all', () => {
    for (const createdAt of [-1, 0.5, 1e300, Number.NaN, Number.POSITIVE_INFINITY, '1763636955123', null]) {
      const place = { ...context, createdAt: createdAt as number }
      assertUnreadable(() => openInRow(sealed, place), String(createdAt), 'malformed')
    }
  })

  test('not where table and sid run into each other in another way', () => {
    const place = { ...context, namespace: 'ab', sid: Buffer.from('c'.repeat(32)) }
    const other = { ...context, namespace: 'a', sid: Buffer.from(`b${'c'.repeat(31)}`) }
    assertUnreadable(() => open(key, other, seal(key, place, Buffer.alloc(1))), 'shifted', 'not authentic')
  })

  test('not under another key, even with its id', () => {
    const impostor = sealingKey(key.id, randomBytes(32))
    assertUnreadable(() => openInRow(sealed, context, [impostor]), 'same id', 'not authentic')
    assertUnreadable(() => openInRow(sealed, context, [sealingKey(5, material)]), 'other id', 'unknown key')
    assertUnreadable(() => open(sealingKey(5, material), context, sealed), 'the wrong key given', 'unknown key')
  })

  test('not with the id of another known key, and not as another version', () => {
    const other = sealingKey(5, randomBytes(32))
    const rewritten = Buffer.from(sealed)
    rewritten.writeUInt32BE(other.id, 1)
    assertUnreadable(() => openInRow(rewritten, context, [key, other]), 'id', 'not authentic')
    const twin = sealingKey(5, material)
    assertUnreadable(() => openInRow(rewritten, context, [key, twin]), 'id of the same bytes', 'not authentic')
    for (const version of [0, 2, 3, 255]) {
      const changed = Buffer.from(sealed)
      changed[0] = version
      // 2 is the version of compressed payloads.
      const reason = version === 2 ? 'not authentic' : 'unknown version'
      assertUnreadable(() => openInRow(changed), `version ${version}`, reason)
    }
  })
})
