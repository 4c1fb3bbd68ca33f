import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { UnstorableError } from '../../src/errors.ts'
import { type Serializer, serializers } from '../../src/payload/serializer.ts'
import { serializerCases, tolerated } from './serializer-cases.ts'

const names = ['msgpack', 'json'] as const

function comeBack(serializer: Serializer, value: unknown): unknown {
  const bytes = serializer.serialize({ cookie: {}, value })
  return serializer.deserialize(Buffer.from(bytes)).value
}

function refusalOf(serializer: Serializer, value: unknown): UnstorableError {
  try {
    serializer.serialize({ cookie: {}, value })
  } catch (error) {
    return error as UnstorableError
  }
  throw new Error('it was not refused')
}

for (const name of names) {
  const serializer = serializers[name]

  describe(`the ${name} serializer`, () => {
    for (const { what, value, [name]: expected } of serializerCases) {
      if (expected === 'equal') {
        test(`brings back ${what}`, () => assert.deepStrictEqual(comeBack(serializer, value), value))
        continue
      }
      test(`refuses ${what}, by path`, () => {
        const [path, reason] = expected
        const refusal = refusalOf(serializer, value)
        assert.equal(refusal.code, 'FST_STORED_SESSION_UNSTORABLE', refusal.message)
        assert.equal(refusal.message, 'The session cannot be stored, so nothing was written')
        assert.equal(refusal.path, 'value')
        assert.match(refusal.reason, reason)
        refusal.showWholePath()
        assert.equal(refusal.path, path)
      })
    }

    for (const { what, value, [name]: expected } of tolerated) {
      test(`is not exact where ${what}`, () => assert.deepStrictEqual(comeBack(serializer, value), expected))
    }

    if (name !== 'json') {
      test('brings back an error without a cause as one that has none', () => {
        const inner = new RangeError('inner')
        const errors = [new TypeError('bare'), new Error('outer', { cause: inner })]
        const back = comeBack(serializer, new Map([['errors', errors]])) as Map<string, Error[]>
        const [bare, outer] = back.get('errors')!
        assert.deepEqual([Object.hasOwn(bare!, 'cause'), Object.hasOwn(outer!, 'cause')], [false, true])
        assert.equal(Object.hasOwn(outer!.cause as Error, 'cause'), false)
      })
    }

    test('makes the same bytes of the same content, whatever it did before', () => {
      const content = {
        cookie: {},
        list: [
          { a: 1, b: { c: 1 } },
          { a: 2, b: { c: 2 } },
        ],
      }
      const bytes = Buffer.from(serializer.serialize(content))
      for (let n = 0; n < 100; n++) serializer.serialize({ [`shape${n}`]: { [`inner${n}`]: n } })
      refusalOf(serializer, () => {})
      assert.deepEqual(Buffer.from(serializer.serialize(content)), bytes)
    })
  })
}

describe('the msgpack serializer', () => {
  test('keeps one object one object, in every place', () => {
    const shared = { n: 1 }
    const date = new Date(0)
    const back = comeBack(serializers.msgpack, {
      list: [shared, shared],
      map: new Map<unknown, unknown>([[shared, date]]),
      date,
    }) as { list: object[]; map: Map<unknown, unknown>; date: Date }
    assert.equal(back.list[0], back.list[1])
    assert.equal(back.map.get(back.list[0]), back.date)
  })

  test('brings back a date that is none, and forgets where an expression stopped', () => {
    const expression = /a/g
    expression.lastIndex = 5
    const back = comeBack(serializers.msgpack, [new Date(Number.NaN), expression]) as [Date, RegExp]
    assert.ok(back[0] instanceof Date && Number.isNaN(back[0].getTime()))
    assert.deepEqual([back[1].source, back[1].flags, back[1].lastIndex], ['a', 'g', 0])
  })

  test('takes part of a larger buffer, and stores that part alone', () => {
    const large = new Uint8Array(100_000)
    const bytes = serializers.msgpack.serialize({ value: large.subarray(10, 20) })
    assert.ok(bytes.length < 100)
  })

  test('stores content of many shapes and many names', () => {
    const shapes = Array.from({ length: 2_000 }, (_, n) => ({ [`a${n}`]: n, inner: { [`b${n}`]: [n] } }))
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`name${n}`, n]))
    assert.deepStrictEqual(comeBack(serializers.msgpack, { shapes, wide }), { shapes, wide })
  })
})
