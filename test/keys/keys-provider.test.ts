import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { type KeyProvider, type SealingKey, sealingKey } from '../../src/index.ts'
import { UnreadablePayload } from '../../src/payload/sealed-payload.ts'
import { codecOf } from '../payload/codecs.ts'

const key = sealingKey('a', randomBytes(32))
const sid = randomBytes(32)
const plaintext = Buffer.from('plaintext')
const codec = (provider: Partial<KeyProvider>) => codecOf({ current: () => key, find: () => key, ...provider }, 'table')
const sealed = codec({}).seal({ sid, createdAt: 1 }, plaintext) as Buffer

const fault = new Error('connect ECONNREFUSED kms.internal:443')
const failures: Record<string, () => never | Promise<never>> = {
  throws: () => {
    throw fault
  },
  rejects: () => Promise.reject(fault),
}

const unavailable = { code: 'FST_STORED_SESSION_UNAVAILABLE', statusCode: 503, message: /^The session store is not/ }

describe('a key provider', () => {
  test('that answers at once makes nobody wait', () => {
    assert.ok(codec({}).seal({ sid, createdAt: 1 }, plaintext) instanceof Buffer)
    assert.deepEqual(codec({}).open({ sid, createdAt: 1 }, sealed), plaintext)
  })

  test('may answer later', async () => {
    const later = codec({ current: async () => key, find: async () => key })
    assert.deepEqual(
      await later.open({ sid, createdAt: 1 }, await later.seal({ sid, createdAt: 1 }, plaintext)),
      plaintext,
    )
  })

  test('is asked for the id that stands in the payload, and for no other', async () => {
    const asked: number[] = []
    const find = (id: number) => {
      asked.push(id)
      return key
    }
    codec({ find }).open({ sid, createdAt: 1 }, sealed)
    assert.deepEqual(asked, [key.id])
    assert.throws(
      () => codec({ find }).open({ sid, createdAt: 1 }, Buffer.from('no payload at all, but long enough')),
      UnreadablePayload,
    )
    assert.deepEqual(asked, [key.id])
  })

  for (const [how, fail] of Object.entries(failures)) {
    test(`that ${how} is a fault of the server, and tells the client nothing`, async () => {
      for (const run of [
        async () => codec({ current: fail }).seal({ sid, createdAt: 1 }, plaintext),
        async () => codec({ find: fail }).open({ sid, createdAt: 1 }, sealed),
      ]) {
        await assert.rejects(run, (error: Error) => {
          assert.equal((error as { code?: string }).code, unavailable.code)
          assert.equal((error as { statusCode?: number }).statusCode, unavailable.statusCode)
          assert.match(error.message, unavailable.message)
          assert.equal(error.cause, fault)
          return true
        })
      }
    })
  }

  test('without a current key cannot seal, and that too is a fault of the server', async () => {
    for (const current of [() => undefined, async () => undefined]) {
      await assert.rejects(
        async () => codec({ current: current as () => never }).seal({ sid, createdAt: 1 }, plaintext),
        unavailable,
      )
    }
  })

  test('that knows a key no more makes its payloads unreadable', async () => {
    const answers: (() => SealingKey | undefined | Promise<SealingKey | undefined>)[] = [
      () => undefined,
      async () => undefined,
      () => sealingKey('b', randomBytes(32)),
    ]
    for (const find of answers) {
      await assert.rejects(
        async () => codec({ find }).open({ sid, createdAt: 1 }, sealed),
        (error) => error instanceof UnreadablePayload && error.reason === 'unknown key',
      )
    }
  })
})
