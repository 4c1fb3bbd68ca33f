/** A value of every type, made anew at each call. */
export function values(): Record<string, unknown> {
  return {
    undefined: undefined,
    null: null,
    'true and false': [true, false],
    text: ['', 'plain', 'ünïcödé 🎉 \u0000 \ufeff', '__proto__', 'x'.repeat(70_000)],
    integers: [0, 1, -1, 127, 128, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -(2 ** 53) + 1],
    fractions: [0.1, -1.5, Number.MAX_VALUE, Number.MIN_VALUE, Math.PI],
    'NaN and the infinities': [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    BigInt: [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n, -(10n ** 40n), 10n ** 400n],
    Date: [new Date(0), new Date(1_732_100_000_123), new Date(-1), new Date(8.64e15)],
    RegExp: [/^a+b\/c$/giu, /x/s, /[^\u{1f600}-\u{1f64f}]/u],
    Map: new Map<unknown, unknown>([
      ['text', 1],
      [2, new Map([[{ key: 'object' }, new Set([1])]])],
      [Number.NaN, undefined],
      [10n ** 30n, null],
    ]),
    Set: new Set<unknown>([1, 'one', 1n, new Set(['inner']), new Date(0), undefined]),
    Error: new Error('outer', { cause: new RangeError('inner', { cause: { code: 7 } }) }),
    'errors of every class': [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map(
      (Class) => new Class(`a ${Class.name}`),
    ),
    Buffer: [Buffer.from('bytes \u0000 ÿ'), Buffer.alloc(0), Buffer.alloc(5_000, 7)],
    ArrayBuffer: [new Uint8Array([9, 8, 7]).buffer, new ArrayBuffer(0)],
    DataView: new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
    ...typedArrays(),
    'part of a typed array': new Uint16Array([1, 2, 3, 4]).subarray(1, 3),
    'plain objects': { deep: { deeper: [{ deepest: [[], {}] }] }, 'a key': 1, 7: 'seven', '': 'empty', ключ: true },
    'an object with the names of others': { toJSON: 1, constructor: 'text', length: 3, size: 4 },
    arrays: [[], [[]], [1, [2, [3]]], [undefined, null]],
    'one object twice': twice({ n: 1 }),
    'a cycle': cycle(),
  }
}

function typedArrays(): Record<string, unknown> {
  return {
    Int8Array: new Int8Array([-1, 127]),
    Uint8Array: new Uint8Array([1, 2, 255]),
    Uint8ClampedArray: new Uint8ClampedArray([300]),
    Int16Array: new Int16Array([-300]),
    Uint16Array: new Uint16Array([65_535]),
    Int32Array: new Int32Array([-(2 ** 31)]),
    Uint32Array: new Uint32Array([2 ** 32 - 1]),
    Float32Array: new Float32Array([1.5, Number.NaN]),
    Float64Array: new Float64Array([Number.MIN_VALUE, Number.NEGATIVE_INFINITY]),
    BigInt64Array: new BigInt64Array([-(2n ** 63n)]),
    BigUint64Array: new BigUint64Array([2n ** 64n - 1n]),
  }
}

const twice = (shared: object) => ({ one: shared, other: [shared] })

function cycle(): object {
  const self: Record<string, unknown> = { name: 'cycle' }
  self.self = self
  self.map = new Map([['self', self]])
  return self
}

/** Holds the changed value under the key `value`. */
type Holder = Map<string, unknown>

interface ChangeInPlace {
  value: () => unknown
  apply: (holder: Holder) => unknown
}

/** Changes something inside the value, which stays the same object. */
function inside<Value>(value: () => Value, change: (value: Value) => unknown): ChangeInPlace {
  return { value, apply: (holder) => change(holder.get('value') as Value) }
}

/** Puts another value in the place of the first. */
const replaced = (value: unknown, by: unknown): ChangeInPlace => ({
  value: () => value,
  apply: (holder) => holder.set('value', by),
})

const map = () => new Map<unknown, unknown>([['key', 'value']])
const list = () => [1, 2, 3]

/** Changes that a comparison of references, and most that one through JSON, does not see. */
export const changesInPlace: Record<string, ChangeInPlace> = {
  'Map.set': inside(map, (value) => value.set('key', 'changed')),
  'Map.delete': inside(map, (value) => value.delete('key')),
  'the order of a Map': inside(
    () => new Map([...map(), ['other', 1]]),
    (value) => value.delete('key') && value.set('key', 'value'),
  ),
  'Set.add': inside(
    () => new Set([1]),
    (value) => value.add(2),
  ),
  'Set.delete': inside(
    () => new Set([1]),
    (value) => value.delete(1),
  ),
  'Date.setTime': inside(
    () => new Date(0),
    (value) => value.setTime(1),
  ),
  'RegExp.lastIndex aside, another RegExp': replaced(/a/g, /a/i),
  'an element of a typed array': inside(
    () => new Float64Array([1, 2]),
    (value) => value.set([3], 1),
  ),
  'an element of a BigInt64Array': inside(
    () => new BigInt64Array([1n]),
    (value) => value.set([2n]),
  ),
  'a byte of a Buffer': inside(
    () => Buffer.from('bytes'),
    (value) => value.writeUInt8(7, 1),
  ),
  'a byte of an ArrayBuffer': inside(
    () => new ArrayBuffer(4),
    (value) => new Uint8Array(value).fill(7),
  ),
  'a byte of a DataView': inside(
    () => new DataView(new ArrayBuffer(4)),
    (value) => value.setInt8(2, 7),
  ),
  'the message of an error': inside(
    () => new TypeError('one'),
    (value) => Object.assign(value, { message: 'other' }),
  ),
  'Array.push': inside(list, (value) => value.push(4)),
  'Array.reverse': inside(list, (value) => value.reverse()),
  'a nested object': inside(
    () => ({ deep: { deeper: [{ n: 1 }] } }),
    (value) => Object.assign(value.deep.deeper[0]!, { n: 2 }),
  ),
  'a deleted key': inside(
    () => ({ one: 1, other: 2 }) as { one?: number },
    (value) => delete value.one,
  ),
  BigInt: replaced(2n ** 80n, 2n ** 80n + 1n),
  'NaN to Infinity': replaced(Number.NaN, Number.POSITIVE_INFINITY),
  'null to undefined': replaced(null, undefined),
  'a number to a BigInt': replaced(1, 1n),
  'a Date to its text': replaced(new Date(0), new Date(0).toISOString()),
  'a Set to an array': replaced(new Set([1]), [1]),
  'a Buffer to a Uint8Array': replaced(Buffer.from('x'), new Uint8Array([120])),
}

class Money {
  amount = 1
}

/** Values that are refused, and where in them the fault is. */
export function refused(): Record<string, { value: unknown; path: string }> {
  const selfContaining = new Error('one')
  selfContaining.cause = selfContaining
  return {
    'a function': { value: () => {}, path: '' },
    'a method': { value: { price: { of() {} } }, path: '.price.of' },
    'a symbol': { value: Symbol('one'), path: '' },
    'a symbol as a name': { value: { [Symbol('one')]: 1 }, path: '' },
    'an instance of a class': { value: new Money(), path: '' },
    'a class made of Map': { value: new (class extends Map {})(), path: '' },
    'a function in a Map': { value: new Map([['key', () => {}]]), path: '.get("key")' },
    'a symbol in a Set': { value: new Set([1, Symbol('one')]), path: '.values()[1]' },
    'a promise': { value: Promise.resolve(), path: '' },
    'a WeakMap': { value: new WeakMap(), path: '' },
    'a URL': { value: new URL('https://example.org'), path: '' },
    'an array with holes': { value: new Array(2), path: '' },
    'half a surrogate pair': { value: { name: '\ud83c' }, path: '.name' },
    'a property of an error': { value: Object.assign(new Error('one'), { code: 1 }), path: '' },
    'a function in the cause of an error': { value: new Error('one', { cause: { at: () => {} } }), path: '.cause.at' },
    'an error that contains itself': { value: selfContaining, path: '.cause' },
    'a reserved name': { value: JSON.parse('{"__proto__": 1}'), path: '.__proto__' },
  }
}
