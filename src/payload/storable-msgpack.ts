import { types } from 'node:util'
import { className, type StorableRules } from './storable.ts'

/** The values that msgpackr brings back equal with `structuredClone`; for an error, its class, message and cause. */
export const msgpackRules: StorableRules = {
  // An error that contains itself comes back as an empty object.
  isReference: (value) => !types.isNativeError(value),
  refusePrimitive: () => undefined,
  refuseItem: () => undefined,
  inside: (value) => {
    const look = INSIDE.get(Object.getPrototypeOf(value))
    if (!look) return `instances of ${className(value)} cannot be stored; store a plain object`
    const hasExtra = look !== insideBinary && Object.getOwnPropertyNames(value).some(isExtra)
    if (hasExtra) return 'properties of its own cannot be stored; store a plain object'
    return look(value as never)
  },
}

type Look = (value: never) => [suffix: string, child: unknown][]

// Every byte of a binary value is a property, so properties cannot be checked.
const insideBinary: Look = () => []

/** The own properties of regular expressions and errors. */
const EXPECTED = new Set(['lastIndex', 'stack', 'message', 'cause'])

const isExtra = (name: string) => !EXPECTED.has(name)

const BINARY = [
  Buffer,
  ArrayBuffer,
  DataView,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
]

const ERRORS = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]

// By identity: msgpackr stores built-in objects of another realm, and of subclasses, as if they were empty.
const INSIDE = new Map<object, Look>([
  [Map.prototype, (map: Map<unknown, unknown>) => [...map].flatMap(mapEntry)],
  [Set.prototype, (set: Set<unknown>) => [...set].map((child, n) => [`.values()[${n}]`, child])],
  [Date.prototype, () => []],
  [RegExp.prototype, () => []],
  ...ERRORS.map(({ prototype }): [object, Look] => [prototype, ({ cause }: Error) => [['.cause', cause]]]),
  ...BINARY.map(({ prototype }): [object, Look] => [prototype, insideBinary]),
])

function mapEntry([key, child]: [unknown, unknown]): [string, unknown][] {
  const name = typeof key === 'string' ? JSON.stringify(key) : typeof key === 'object' ? '…' : String(key)
  return [
    ['.keys()', key],
    [`.get(${name})`, child],
  ]
}
