import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { staticKeys } from '../../src/index.ts'
import { UnreadablePayload } from '../../src/payload/sealed-payload.ts'
import { type Serializer, serializers } from '../../src/payload/serializer.ts'
import { codecOf } from './codecs.ts'

const keys = staticKeys([{ id: 'a', key: randomBytes(32) }])
const codec = (serializer: Partial<Serializer>) => codecOf(keys, 'table', { ...serializers.json, ...serializer })

function assertUndecodable(run: () => unknown): void {
  assert.throws(run, (error) => error instanceof UnreadablePayload && error.reason === 'not decodable')
}

describe('a serializer of the application', () => {
  test('may return any bytes', () => {
    for (const bytes of [Buffer.from('{}'), new Uint8Array([123, 125])]) {
      assert.equal(codec({ serialize: () => bytes }).serialize({}), bytes)
    }
  })

  test('is refused when it returns no bytes, because text would be stored cut off', () => {
    const results = ['{"text":"ü"}', new ArrayBuffer(2), [1, 2], null, undefined, Promise.resolve(Buffer.from('{}'))]
    for (const result of results) {
      assert.throws(() => codec({ serialize: () => result as never }).serialize({ cookie: {} }), {
        code: 'FST_STORED_SESSION_INVALID_OPTIONS',
        message: /serializer.serialize must return bytes/,
      })
    }
  })

  test('makes a payload unreadable when it throws on it', () => {
    const deserialize = () => {
      throw new Error('a secret of the content')
    }
    assert.throws(
      () => codec({ deserialize }).deserialize(Buffer.from('{}')),
      (error: Error) =>
        error instanceof UnreadablePayload && error.cause === undefined && !/secret/.test(error.message),
    )
  })

  test('makes a payload unreadable when it returns no session', () => {
    for (const result of [undefined, null, 1, 'text', [], {}, { userId: 'ada' }, { cookie: null }, { cookie: 1 }]) {
      assertUndecodable(() => codec({ deserialize: () => result as never }).deserialize(Buffer.from('{}')))
    }
    const content = { cookie: {} }
    assert.equal(codec({ deserialize: () => content }).deserialize(Buffer.alloc(0)), content)
  })
})

test("bytes come back as nobody else's, so that a change in them is seen", () => {
  const views: Serializer = {
    serialize: (content) => content.value as Buffer,
    deserialize: (bytes) => ({ cookie: {}, bytes }),
  }
  const value = [Buffer.from('bytes'), new Uint8Array([1, 2]), new Uint8Array([3]).buffer]
  const stored = Buffer.from(serializers.msgpack.serialize({ cookie: {}, value }))
  const before = stored.toString('hex')
  const back = codec(serializers.msgpack).deserialize(stored).value as [Buffer, Uint8Array, ArrayBuffer]
  const own = codec(views).deserialize(stored).bytes as Buffer
  for (const bytes of [back[0], back[1], new Uint8Array(back[2]), own]) bytes.fill(0)
  assert.equal(stored.toString('hex'), before)
})

test('what one serializer stored is unreadable to the other, and nothing worse', () => {
  const contents = [{ cookie: {} }, { cookie: { expires: 1 }, userId: 'ada', list: [1, { a: 1 }] }]
  for (const content of contents) {
    const [msgpack, json] = [codec(serializers.msgpack), codec(serializers.json)]
    assertUndecodable(() => json.deserialize(msgpack.serialize(content)))
    assertUndecodable(() => msgpack.deserialize(json.serialize(content)))
  }
})

test('the hybrid serializer writes msgpack, and reads what either stored', () => {
  const content = { cookie: {}, userId: 'ada', list: [1, { a: 1 }] }
  const hybrid = codec(serializers.hybrid)
  assert.deepEqual(Buffer.from(hybrid.serialize(content)), Buffer.from(serializers.msgpack.serialize(content)))
  for (const before of [serializers.msgpack, serializers.json]) {
    assert.deepEqual(hybrid.deserialize(before.serialize(content)), content)
  }
})

test('bytes that are no session are unreadable, whatever they are', () => {
  const codecs = Object.values(serializers).map(codec)
  for (let n = 0; n < 2_000; n++) {
    const bytes = randomBytes(n % 64)
    for (const { deserialize } of codecs) assertUndecodable(() => deserialize(bytes))
  }
})
