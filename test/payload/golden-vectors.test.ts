import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { keyIdOf, UnreadablePayload } from '../../src/payload/sealed-payload.ts'
import { serializers } from '../../src/payload/serializer.ts'
import { sidOf } from '../../src/payload/session-id.ts'
import { codecOf } from './codecs.ts'
import { type GoldenVector, type GoldenVectors, providerOf } from './golden-vectors.ts'
import { goldenContents } from './golden-vectors-content.ts'
import { referenceOpen } from './sealed-payload-reference.ts'

const file = readFileSync(new URL('golden-vectors.json', import.meta.url))
const { keys, vectors } = JSON.parse(file.toString()) as GoldenVectors
const SHA_256 = 'f6eadf67184e106de53a64bf090d1cd6cc1804e563fabd0c36a036e65dd8e62f'

const bytes = (hex: string) => Buffer.from(hex, 'hex')

function nameOf(vector: GoldenVector, index: number): string {
  const { key, sessionId, createdAt, serializer, content, plaintext, bindToCookie, compressed } = vector
  const what = content ? `the ${content} session of the ${serializer} serializer` : `${plaintext.length / 2} bytes`
  const how = `${compressed ? 'compressed, ' : ''}${bindToCookie ? 'bound to the cookie, ' : ''}`
  return `vector ${index}: ${what}, ${how}under the key "${key}", of ${sessionId.length} characters of id, from ${createdAt}`
}

// Deriving a key of a passphrase takes its time.
const providers = new Map(Object.entries(keys).map(([name, key]) => [name, providerOf(key)]))

async function openVector({ key, namespace, sessionId, createdAt, sealed, ...how }: GoldenVector): Promise<Buffer> {
  const settings = { bindToCookie: how.bindToCookie ?? false }
  const codec = codecOf(providers.get(key)!, namespace, serializers.msgpack, settings)
  return codec.open({ sid: sidOf(sessionId), createdAt, id: sessionId }, bytes(sealed))
}

describe('golden vectors', () => {
  test('are what they were when they were made', () => {
    assert.equal(createHash('sha256').update(file).digest('hex'), SHA_256)
  })

  test('have keys with the ids that they had', async () => {
    for (const [name, key] of Object.entries(keys)) {
      const provider = providers.get(name)!
      assert.equal((await provider.current()).id, key.keyId, name)
      assert.ok(await provider.find(key.keyId))
    }
  })

  for (const [index, vector] of vectors.entries()) {
    const { key, namespace, sessionId, createdAt, bindToCookie } = vector
    const [sealed, plaintext] = [bytes(vector.sealed), bytes(vector.plaintext)]

    test(`open: ${nameOf(vector, index)}`, async () => {
      assert.equal(keyIdOf(sealed), keys[key]!.keyId)
      assert.deepEqual(await openVector(vector), plaintext)
      const { secret } = await providers.get(key)!.current()
      const sid = createHash('sha256').update(sessionId).digest()
      const context = { namespace, sid, createdAt, ...(bindToCookie ? { sessionId } : {}) }
      assert.deepEqual(await referenceOpen(secret.export(), context, sealed), plaintext)
    })

    if (vector.serializer) {
      test(`come back as they went in: ${nameOf(vector, index)}`, () => {
        assert.deepStrictEqual(serializers[vector.serializer!].deserialize(plaintext), goldenContents[vector.content!])
      })
    }
  }

  test('open in no other row', async () => {
    for (const vector of vectors) {
      for (const change of [{ sessionId: 'other' }, { namespace: 'other' }, { createdAt: 1 }]) {
        await assert.rejects(openVector({ ...vector, ...change }), UnreadablePayload)
      }
    }
  })

  test('that are bound to a cookie open with no other, and not without', async () => {
    for (const vector of vectors.filter(({ bindToCookie }) => bindToCookie)) {
      const { bindToCookie, ...unbound } = vector
      await assert.rejects(openVector(unbound), UnreadablePayload)
      const codec = codecOf(providers.get(vector.key)!, vector.namespace, serializers.msgpack, { bindToCookie: true })
      const place = { sid: sidOf(vector.sessionId), createdAt: vector.createdAt }
      for (const id of [undefined, 'other']) {
        await assert.rejects(async () => codec.open({ ...place, id }, bytes(vector.sealed)), UnreadablePayload)
      }
    }
  })
})
