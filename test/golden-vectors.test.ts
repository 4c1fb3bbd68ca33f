import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { keyIdOf, UnreadablePayload } from '../src/payload/sealed-payload.ts'
import { serializers } from '../src/payload/serializer.ts'
import { sidOf } from '../src/payload/session-id.ts'
import { codecOf } from './codecs.ts'
import { type GoldenVector, type GoldenVectors, providerOf } from './golden-vectors.ts'
import { goldenContents } from './golden-vectors-content.ts'
import { referenceOpen } from './sealed-payload-reference.ts'

const file = readFileSync(new URL('golden-vectors.json', import.meta.url))
const { keys, vectors } = JSON.parse(file.toString()) as GoldenVectors
const SHA_256 = 'da8a8892e199c1846cad5f343c8e8f389f39faac8f47798b7cbba2ca37acf5ba'

const bytes = (hex: string) => Buffer.from(hex, 'hex')

function nameOf({ key, sessionId, createdAt, serializer, content, plaintext }: GoldenVector, index: number): string {
  const what = content ? `the ${content} session of the ${serializer} serializer` : `${plaintext.length / 2} bytes`
  return `vector ${index}: ${what}, under the key "${key}", of ${sessionId.length} characters of id, from ${createdAt}`
}

function openVector({ key, namespace, sessionId, createdAt, sealed }: GoldenVector): Buffer | Promise<Buffer> {
  const codec = codecOf(providerOf(keys[key]!), namespace)
  return codec.open({ sid: sidOf(sessionId), createdAt }, bytes(sealed))
}

describe('golden vectors', () => {
  test('are what they were when they were made', () => {
    assert.equal(createHash('sha256').update(file).digest('hex'), SHA_256)
  })

  test('have keys with the ids that they had', async () => {
    for (const [name, key] of Object.entries(keys)) {
      const provider = providerOf(key)
      assert.equal((await provider.current()).id, key.keyId, name)
      assert.ok(await provider.find(key.keyId))
    }
  })

  for (const [index, vector] of vectors.entries()) {
    const { key, namespace, sessionId, createdAt } = vector
    const [sealed, plaintext] = [bytes(vector.sealed), bytes(vector.plaintext)]

    test(`open: ${nameOf(vector, index)}`, async () => {
      assert.equal(keyIdOf(sealed), keys[key]!.keyId)
      assert.deepEqual(await openVector(vector), plaintext)
      const { secret } = await providerOf(keys[key]!).current()
      const sid = createHash('sha256').update(sessionId).digest()
      assert.deepEqual(await referenceOpen(secret.export(), { namespace, sid, createdAt }, sealed), plaintext)
    })

    if (vector.serializer) {
      test(`come back as they went in: ${nameOf(vector, index)}`, () => {
        assert.deepStrictEqual(serializers[vector.serializer!].deserialize(plaintext), goldenContents[vector.content!])
      })
    }
  }

  test('open in no other row', () => {
    for (const vector of vectors) {
      for (const change of [{ sessionId: 'other' }, { namespace: 'other' }, { createdAt: 1 }]) {
        assert.throws(() => openVector({ ...vector, ...change }), UnreadablePayload)
      }
    }
  })
})
