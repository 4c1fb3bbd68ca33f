import { runInNewContext } from 'node:vm'

/** A value, and what each serializer does with it: it comes back equal, or is refused at this path for this reason. */
export interface SerializerCase {
  what: string
  value: unknown
  msgpack: 'equal' | [path: string, reason: RegExp]
  json: 'equal' | [path: string, reason: RegExp]
}

class Account {
  name = 'ada'
}
class List extends Array {}
class Bytes extends Uint8Array {}
class Day extends Date {}
class Index extends Map {}
class Fault extends Error {}

const loop: Record<string, unknown> = {}
loop.list = [loop]
const mapLoop = new Map<string, unknown>()
mapLoop.set('self', mapLoop)
const faultLoop = new Error('inside itself')
faultLoop.cause = { error: faultLoop }

const bothEqual = (what: string, value: unknown): SerializerCase => ({ what, value, msgpack: 'equal', json: 'equal' })

const msgpackOnly = (what: string, value: unknown, path = 'value'): SerializerCase => ({
  what,
  value,
  msgpack: 'equal',
  json: [path, /^JSON |^it contains itself$/],
})

const refused = (what: string, value: unknown, reason: RegExp, path = 'value'): SerializerCase => ({
  what,
  value,
  msgpack: [path, reason],
  json: [path, reason],
})

/** A built-in object, which JSON refuses as such. */
const refusedBuiltIn = (what: string, value: unknown, reason: RegExp, path = 'value'): SerializerCase => ({
  what,
  value,
  msgpack: [path, reason],
  json: ['value', /^JSON cannot store instances of .+; use the msgpack serializer/],
})

const shared = { a: 1 }
const deep = (levels: number): unknown => (levels === 0 ? 'bottom' : [deep(levels - 1)])
const named = <Value extends object>(value: Value) => Object.assign(value, { extra: 1 })
const elsewhere = (code: string) => runInNewContext(code) as unknown

const equal = [
  bothEqual('text', ['', 'plain', 'ünïcödé 🎉 \0', 'x'.repeat(70_000)]),
  bothEqual('numbers', [0, 1, -1, 0.1, 2 ** 53, 1e300, 5e-324]),
  bothEqual('booleans and null', [true, false, null]),
  bothEqual('plain objects and lists', { a: [], b: {}, c: [{ d: [[]] }], 'a name': 1, '': 2, 7: 3 }),
  bothEqual('names of built-in methods', { constructor: 'x', toJSON: {}, hasOwnProperty: 1, length: 9 }),
  bothEqual('500 levels', deep(499)),
  bothEqual('one object twice', [shared, shared]),
  msgpackOnly('undefined in a list', [undefined], 'value[0]'),
  msgpackOnly('numbers that are none', [Number.NaN], 'value[0]'),
  msgpackOnly('infinite numbers', { far: Number.NEGATIVE_INFINITY }, 'value.far'),
  msgpackOnly('big integers', { n: 2n ** 70n }, 'value.n'),
  msgpackOnly('dates', [new Date(1_763_636_955_123)], 'value[0]'),
  msgpackOnly('regular expressions', /a\/b/giu),
  msgpackOnly('maps', new Map<unknown, unknown>([[{ key: 1 }, new Map([[2, 3]])]])),
  msgpackOnly('sets', new Set([1, new Set(['x'])])),
  msgpackOnly('bytes', Buffer.from('bytes')),
  msgpackOnly('typed arrays', { list: new Float32Array([1.5]) }, 'value.list'),
  msgpackOnly('array buffers', new Uint8Array([1, 2]).buffer),
  msgpackOnly('views', new DataView(new ArrayBuffer(4), 1, 2)),
  msgpackOnly('errors', new TypeError('wrong', { cause: new Error('inner', { cause: [1] }) })),
  msgpackOnly('an object inside itself', loop, 'value.list[0]'),
  msgpackOnly('a map inside itself', mapLoop),
]

const refusals = [
  refused('functions', { act() {} }, /^functions cannot be stored$/, 'value.act'),
  refused('functions in lists', [() => {}], /^functions cannot be stored$/, 'value[0]'),
  refused('symbols', [{ mark: Symbol('mark') }], /^symbols cannot be stored$/, 'value[0].mark'),
  refused('symbols as names', { [Symbol('mark')]: 1 }, /^symbols cannot be stored, also not as names$/),
  refused('half of a surrogate pair', 'half \ud83d', /^it contains half of a surrogate pair/),
  refused('half of a surrogate pair in a name', { '\ud83d': 1 }, /^it contains half/, 'value["\\ud83d"]'),
  refused('the name __proto__', JSON.parse('{"__proto__": 1}'), /^this name is reserved$/, 'value.__proto__'),
  // biome-ignore lint/suspicious/noSparseArray: what is refused here
  refused('lists with holes', [1, , 3], /^an array with holes or names/),
  refused('lists with names', named([1]), /^an array with holes or names/),
  // biome-ignore lint/suspicious/noSparseArray: what is refused here
  refused('lists with as many names as holes', named([,]), /^an array with holes or names/),
  refused('lists with symbols', Object.assign([1], { [Symbol('mark')]: 1 }), /^an array with holes or names/),
  refused('lists of a derived class', List.from([1]), /^instances of List cannot be stored; store an array$/),
  refused(
    '501 levels',
    deep(500),
    /^it is nested more than 500 levels deep$/,
    `value${'[0]'.repeat(9)}…${'[0]'.repeat(10)}`,
  ),
]

const instancesOf = (name: string) => new RegExp(`^instances of ${name} cannot be stored; store a plain object$`)
const ownProperty = /^properties of its own cannot be stored; store a plain object$/

const builtInRefusals = [
  refusedBuiltIn('instances of classes', new Account(), instancesOf('Account')),
  refusedBuiltIn('objects made of objects', Object.create({ inherited: 1 }), instancesOf('Object')),
  refusedBuiltIn('URLs', new URL('https://example.org'), instancesOf('URL')),
  refusedBuiltIn('promises', Promise.resolve(), instancesOf('Promise')),
  refusedBuiltIn('weak maps', new WeakMap(), instancesOf('WeakMap')),
  refusedBuiltIn('boxed text', Object('boxed'), instancesOf('String')),
  refusedBuiltIn('shared memory', new SharedArrayBuffer(2), instancesOf('SharedArrayBuffer')),
  refusedBuiltIn('typed arrays of a derived class', new Bytes(2), instancesOf('Bytes')),
  refusedBuiltIn('dates of a derived class', new Day(), instancesOf('Day')),
  refusedBuiltIn('maps of a derived class', new Index(), instancesOf('Index')),
  refusedBuiltIn('errors of a derived class', new Fault('own'), instancesOf('Fault')),
  refusedBuiltIn('several errors in one', new AggregateError([]), instancesOf('AggregateError')),
  refusedBuiltIn('maps with names', named(new Map()), ownProperty),
  refusedBuiltIn('sets with names', named(new Set()), ownProperty),
  refusedBuiltIn('dates with names', named(new Date()), ownProperty),
  refusedBuiltIn('errors with names', named(new Error('more')), ownProperty),
  refusedBuiltIn('an error inside itself', faultLoop, /^it contains itself$/, 'value.cause.error'),
  refusedBuiltIn('functions in maps', new Map([['a', () => {}]]), /^functions/, 'value.get("a")'),
  refusedBuiltIn('functions as keys of maps', new Map([[() => {}, 1]]), /^functions/, 'value.keys()'),
  refusedBuiltIn('symbols in sets', new Set([1, Symbol('a')]), /^symbols/, 'value.values()[1]'),
  refusedBuiltIn('functions as causes', new Error('x', { cause: () => {} }), /^functions/, 'value.cause'),
  ...['new Map([[1, 2]])', 'new Set([1])', 'new Date(0)', '/a/', 'new Uint8Array([1])', 'new Error("x")'].map((code) =>
    refusedBuiltIn(`${code} of another realm`, elsewhere(code), /^instances of \w+ cannot be stored/),
  ),
]

export const serializerCases = [...equal, ...refusals, ...builtInRefusals]

/** What comes back a little different, and that is all right. */
export const tolerated: { what: string; value: unknown; msgpack: unknown; json: unknown }[] = [
  { what: 'minus zero becomes zero', value: [-0], msgpack: [0], json: [0] },
  {
    what: 'an object without a prototype gets one',
    value: Object.assign(Object.create(null), { a: 1 }),
    msgpack: { a: 1 },
    json: { a: 1 },
  },
  {
    what: 'a plain object of another realm becomes one of ours',
    value: elsewhere('({ a: [1] })'),
    msgpack: { a: [1] },
    json: { a: [1] },
  },
  {
    what: 'what cannot be enumerated is left out',
    value: Object.defineProperty({ a: 1 }, 'b', { value: 2 }),
    msgpack: { a: 1 },
    json: { a: 1 },
  },
  { what: 'JSON leaves out names with undefined', value: { a: undefined }, msgpack: { a: undefined }, json: {} },
]
