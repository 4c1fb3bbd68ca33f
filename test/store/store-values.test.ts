import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachDatabase } from '../harness/databases.ts'
import { loaded, newSession, save } from '../support/sessions.ts'
import { newId, type OpenStores, storesOn } from '../support/stores.ts'

function cyclic(): Record<string, unknown> {
  const self: Record<string, unknown> = { name: 'cycle' }
  self.self = self
  self.list = [self]
  self.map = new Map([['self', self]])
  return self
}

/** What comes back as it went in, by what is worth a failure of its own. */
const VALUES: Record<string, unknown> = {
  text: ['', 'plain', 'ünïcödé 🎉 \u0000 \ufeff', 'x'.repeat(70_000)],
  numbers: [0, -1, 1.5, 2 ** 31, 2 ** 53 - 1, -(2 ** 53) + 1, Number.MAX_VALUE, Number.MIN_VALUE],
  'numbers that JSON loses': [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  'big integers': [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n, 10n ** 400n, -(10n ** 400n)],
  nothing: { undefined: undefined, null: null, list: [undefined, null, undefined] },
  'plain structures': { deep: { deeper: [{ deepest: [[], {}] }] }, 'a key': 1, 7: 'seven', '': 'empty', ключ: true },
  maps: new Map<unknown, unknown>([
    ['text', 1],
    [2, new Map([[{ key: 'object' }, new Set([1])]])],
    [Number.NaN, undefined],
    [10n ** 30n, null],
  ]),
  sets: new Set([1, 'one', 1n, new Set(['inner']), new Date(0)]),
  dates: [new Date(0), new Date(1_732_100_000_123), new Date(-1), new Date(8.64e15)],
  'regular expressions': [/^a+b\/c$/giu, /x/s, /[^\u{1f600}-\u{1f64f}]/u],
  errors: [
    new TypeError('wrong type'),
    new Error('outer', { cause: new RangeError('inner', { cause: { code: 7 } }) }),
    new SyntaxError(''),
  ],
  'typed arrays': [
    new Uint8Array([1, 2, 255]),
    new Int8Array([-1]),
    new Uint8ClampedArray([300]),
    new Int16Array([-300]),
    new Uint16Array([65_535]),
    new Int32Array([-(2 ** 31)]),
    new Uint32Array([2 ** 32 - 1]),
    new Float32Array([1.5, Number.NaN]),
    new Float64Array([Number.MIN_VALUE, Number.NEGATIVE_INFINITY]),
    new BigInt64Array([-(2n ** 63n)]),
    new BigUint64Array([2n ** 64n - 1n]),
    new Uint8Array(0),
  ],
  'part of a larger buffer': new Uint16Array([1, 2, 3, 4]).subarray(1, 3),
  bytes: [Buffer.from('bytes \u0000 ÿ'), Buffer.alloc(0), new Uint8Array([9, 8, 7]).buffer],
  'a view': new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
  'a cycle': cyclic(),
  'many keys': Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`key${n}`, n])),
  'many shapes': Array.from({ length: 300 }, (_, n) => ({ [`shape${n}`]: n, common: true })),
}

const JSON_VALUE = {
  text: 'ünïcödé 🎉 \u0000',
  numbers: [0, -1, 1.5, 2 ** 53 - 1],
  flags: [true, false, null],
  nested: { list: [[], {}, [{ deep: 1 }]], 'a key': '' },
}

forEachDatabase((target) => {
  const suite = storesOn(target)

  async function throughTheStore(value: unknown, store = suite.store): Promise<unknown> {
    const id = newId()
    await save(store, id, newSession({ value }))
    return (await loaded(store, id)).value
  }

  for (const [kind, value] of Object.entries(VALUES)) {
    test(`msgpack brings back ${kind} as they went in`, async () => {
      assert.deepStrictEqual(await throughTheStore(value), value)
    })
  }

  test('msgpack brings back a date that is none', async () => {
    const back = await throughTheStore(new Date(Number.NaN))
    assert.ok(back instanceof Date && Number.isNaN(back.getTime()))
  })

  test('values that are one object stay one object', async () => {
    const shared = { n: 1 }
    const back = (await throughTheStore({ one: shared, other: [shared], map: new Map([['key', shared]]) })) as {
      one: object
      other: object[]
      map: Map<string, object>
    }
    assert.equal(back.one, back.other[0])
    assert.equal(back.one, back.map.get('key'))
  })

  test('the JSON serializer brings back what JSON has', async () => {
    const store = await suite.another({ serializer: 'json' })
    assert.deepStrictEqual(await throughTheStore(JSON_VALUE, store), JSON_VALUE)
  })

  test('a serializer of your own sees the content and its own bytes', async () => {
    const seen: unknown[] = []
    const store = await suite.another({
      serializer: {
        serialize(content) {
          seen.push(content)
          return Buffer.from(JSON.stringify(content)).reverse()
        },
        deserialize: (bytes) => JSON.parse(Buffer.from(bytes).reverse().toString()),
      },
    })
    assert.deepStrictEqual(await throughTheStore(JSON_VALUE, store), JSON_VALUE)
    assert.deepEqual(seen[0], { cookie: {}, value: JSON_VALUE })
  })

  test('only the keys of the session and the lifetime of its cookie are stored', async () => {
    await keepsNothingElse(suite)
  })
})

async function keepsNothingElse(suite: OpenStores): Promise<void> {
  const contents: unknown[] = []
  const store = await suite.another({
    serializer: {
      serialize(content) {
        contents.push(content)
        return Buffer.from(JSON.stringify(content))
      },
      deserialize: (bytes) => JSON.parse(bytes.toString()),
    },
  })
  const session = newSession({ n: 1 }, 60_000)
  Object.assign(session.cookie, { secure: false, httpOnly: false, path: '/', domain: 'example.org', sameSite: 'none' })
  Object.defineProperty(session, 'hidden', { value: 1, enumerable: false })
  await save(store, newId(), session)
  assert.deepEqual(contents[0], { n: 1, cookie: { originalMaxAge: 60_000 } })
}
