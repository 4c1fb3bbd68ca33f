import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import { staticKeys } from '../../src/index.ts'
import { DEFLATED, open, PLAIN, seal, UnreadablePayload } from '../../src/payload/sealed-payload.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { namedKey } from '../keys/named-key.ts'
import { storedRow } from '../support/rows.ts'
import { contentOf, load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, storesOn } from '../support/stores.ts'
import { codecOf } from './codecs.ts'

const keys = staticKeys([namedKey('key')])
const key = await keys.current()
const place = { sid: randomBytes(32), createdAt: 1_763_636_955_123 }
const context = { ...place, namespace: 'web' }
const MAX_BYTES = 100_000

const codec = (compressAbove: number | false) => codecOf(keys, 'web', undefined, { compressAbove, maxBytes: MAX_BYTES })

const reasonOf = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    if (error instanceof UnreadablePayload) return error.reason
    throw error
  }
  return undefined
}

describe('a compressed payload', () => {
  test('is version 2, shorter, and opens to the same bytes, also where compression is off', () => {
    const plaintext = Buffer.from('to and fro '.repeat(500))
    const sealed = codec(1_000).seal(place, plaintext) as Buffer
    assert.equal(sealed[0], DEFLATED)
    assert.ok(sealed.length < plaintext.length / 10)
    for (const other of [codec(1_000), codec(false), codec(0)]) assert.deepEqual(other.open(place, sealed), plaintext)
  })

  test('holds raw DEFLATE, as RFC 1951 has it', () => {
    const plaintext = Buffer.from('to and fro '.repeat(500))
    const sealed = codec(0).seal(place, plaintext) as Buffer
    assert.deepEqual(open(key, context, sealed), deflateRawSync(plaintext))
  })

  test('is made of what is longer than the threshold alone, and never to become longer', () => {
    const [short, long] = [Buffer.alloc(100, 'ab'), Buffer.alloc(101, 'ab')]
    const versions = (plaintext: Buffer, above: number | false) => (codec(above).seal(place, plaintext) as Buffer)[0]
    assert.deepEqual([versions(short, 100), versions(long, 100)], [PLAIN, DEFLATED])
    assert.equal(versions(long, false), PLAIN)
    const random = randomBytes(1_000)
    const sealed = codec(0).seal(place, random) as Buffer
    assert.deepEqual([sealed[0], sealed.length], [PLAIN, 1_037])
    assert.equal(versions(Buffer.alloc(0), 0), PLAIN)
  })

  test('is refused with its version changed to that of an uncompressed one, and the other way round', () => {
    for (const plaintext of [Buffer.alloc(500, 'ab'), randomBytes(500)]) {
      const sealed = codec(0).seal(place, plaintext) as Buffer
      sealed[0] = sealed[0] === PLAIN ? DEFLATED : PLAIN
      assert.equal(
        reasonOf(() => codec(0).open(place, sealed)),
        'not authentic',
      )
    }
  })

  test('that the right key sealed opens up to maxBytes, and beyond is never inflated', () => {
    const sealed = (size: number) => seal(key, context, deflateRawSync(Buffer.alloc(size)), DEFLATED)
    assert.equal((codec(0).open(place, sealed(MAX_BYTES)) as Buffer).length, MAX_BYTES)
    assert.equal(
      reasonOf(() => codec(0).open(place, sealed(MAX_BYTES + 1))),
      'not decodable',
    )
    const bomb = sealed(256 * 1_048_576)
    assert.ok(bomb.length < 300_000)
    const before = process.memoryUsage.rss()
    for (let round = 0; round < 20; round++)
      assert.equal(
        reasonOf(() => codec(0).open(place, bomb)),
        'not decodable',
      )
    assert.ok(process.memoryUsage.rss() - before < 64 * 1_048_576, 'the bomb must not be inflated')
  })

  test('that holds no DEFLATE, or a part of it, is unreadable', () => {
    const whole = deflateRawSync(Buffer.from('to and fro '.repeat(500)))
    for (const bytes of [Buffer.alloc(0), randomBytes(64).fill(7), whole.subarray(0, -5)]) {
      assert.equal(
        reasonOf(() => codec(0).open(place, seal(key, context, bytes, DEFLATED))),
        'not decodable',
      )
    }
  })
})

forEachDatabase((target) => {
  const suite = storesOn(target, { compressAbove: 1_000 })

  test('sessions are compressed above the threshold, merged and read as they were, with it and without', async () => {
    const [small, large] = [newId(), newId()]
    const text = 'again and again '.repeat(300)
    await save(suite.store, small, newSession({ text: 'short' }))
    await save(suite.store, large, newSession({ text }))
    assert.equal((await storedRow(suite.database, small)).data[0], PLAIN)
    assert.equal((await storedRow(suite.database, large)).data[0], DEFLATED)
    assert.ok((await storedRow(suite.database, large)).data.length < 1_000)
    const off = await suite.another({ compressAbove: false })
    const [one, other] = [await loaded(suite.store, large), await loaded(off, large)]
    one.a = 1
    other.b = 2
    await Promise.all([save(suite.store, large, one), save(off, large, other)])
    assert.deepEqual(contentOf(await loaded(suite.store, large)), { text, a: 1, b: 2 })
  })

  test('maxBytes is of the session as it is, and not of what it is compressed to', async () => {
    const id = newId()
    const store = await suite.another({ maxBytes: 5_000 })
    await assert.rejects(save(store, id, newSession({ text: 'x'.repeat(6_000) })), {
      code: 'FST_STORED_SESSION_TOO_LARGE',
    })
    assert.equal(await load(store, id), null)
  })
})
