import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Serializer, serializers } from '../../src/payload/serializer.ts'
import { checkStorable, jsonRules } from '../../src/payload/storable.ts'
import { msgpackRules } from '../../src/payload/storable-msgpack.ts'

const RUNS = { numRuns: 400 }

const text = fc.string({ unit: 'binary', maxLength: 80 }).filter((one) => one.isWellFormed())
const names = ['constructor', 'toJSON', 'length', 'hasOwnProperty', 'valueOf', '0', '1', '', 'cookie']
const name = fc.oneof(fc.string({ maxLength: 8 }), text, fc.constantFrom(...names)).filter((one) => one !== '__proto__')
// Neither serializer tells minus zero from zero.
const isNotMinusZero = (value: number) => !Object.is(value, -0)
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).filter(isNotMinusZero)
const plainLeaf = fc.oneof(text, fc.integer(), fc.maxSafeInteger(), finite, fc.boolean(), fc.constant(null))
const bytes = fc.uint8Array({ maxLength: 40 })
const richLeaf = fc.oneof(
  plainLeaf,
  fc.constantFrom<unknown>(undefined, Number.NaN, Number.POSITIVE_INFINITY, /a/, /b\/c/giu, /[/\]]/s),
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 600n), max: 2n ** 600n }),
  fc.date({ noInvalidDate: true }),
  bytes,
  bytes.map((one) => Buffer.from(one)),
  bytes.map((one) => one.slice().buffer),
  fc.int8Array(),
  fc.uint8ClampedArray(),
  fc.int16Array(),
  fc.uint16Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.float32Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.bigUint64Array(),
)

const depth = { depthSize: 'small', maxDepth: 5 } as const
const objectOf = (value: fc.Arbitrary<unknown>) => fc.dictionary(name, value, { noNullPrototype: true, maxKeys: 6 })
const listOf = (value: fc.Arbitrary<unknown>) => fc.array(value, { maxLength: 6 })

const { plain, rich } = fc.letrec((tie) => ({
  plain: fc.oneof(depth, plainLeaf, listOf(tie('plain')), objectOf(tie('plain'))),
  rich: fc.oneof(
    depth,
    richLeaf,
    listOf(tie('rich')),
    objectOf(tie('rich')),
    listOf(fc.tuple(tie('rich'), tie('rich'))).map((entries) => new Map(entries as [unknown, unknown][])),
    listOf(tie('rich')).map((items) => new Set(items)),
  ),
}))

function comeBack(serializer: Serializer, content: Record<string, unknown>): Record<string, unknown> {
  return serializer.deserialize(Buffer.from(serializer.serialize(content)))
}

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

function assertStable(serializer: Serializer, content: Record<string, unknown>): void {
  const once = hexOf(serializer.serialize(content))
  assert.equal(hexOf(serializer.serialize(content)), once)
  assert.equal(hexOf(serializer.serialize(comeBack(serializer, content))), once)
}

describe('whatever it may store', () => {
  test('msgpack brings back equal', () => {
    fc.assert(
      fc.property(objectOf(rich), (content) => assert.deepStrictEqual(comeBack(serializers.msgpack, content), content)),
      RUNS,
    )
  })

  test('JSON brings back equal', () => {
    fc.assert(
      fc.property(objectOf(plain), (content) => assert.deepStrictEqual(comeBack(serializers.json, content), content)),
      RUNS,
    )
  })

  test('both serialize to the same bytes again once it came back', () => {
    fc.assert(
      fc.property(objectOf(rich), (content) => assertStable(serializers.msgpack, content)),
      RUNS,
    )
    fc.assert(
      fc.property(objectOf(plain), (content) => assertStable(serializers.json, content)),
      RUNS,
    )
  })
})

type Kind = 'object' | 'list' | 'map' | 'keys' | 'set' | 'date' | 'bytes'

const NEW: Record<Kind, (index: number) => object> = {
  object: () => ({}),
  list: () => [],
  map: () => new Map(),
  keys: () => new Map(),
  set: () => new Set(),
  date: (index) => new Date(index),
  bytes: (index) => Buffer.from([index]),
}

const LINK: Record<Kind, (from: never, name: string, to: object) => void> = {
  object: (from: Record<string, object>, name, to) => Object.assign(from, { [name]: to }),
  list: (from: object[], _name, to) => from.push(to),
  map: (from: Map<unknown, unknown>, name, to) => from.set(name, to),
  keys: (from: Map<unknown, unknown>, name, to) => from.set(to, name),
  set: (from: Set<unknown>, _name, to) => from.add(to),
  date: () => {},
  bytes: () => {},
}

/** Objects that point at each other in any way, also in circles; the first of them. */
const graph = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...(Object.keys(NEW) as Kind[])),
      links: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat({ max: 20 })), { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((specs) => {
    const nodes = specs.map(({ kind }, index) => NEW[kind](index))
    for (const [index, { kind, links }] of specs.entries()) {
      for (const [name, target] of links) LINK[kind](nodes[index] as never, name, nodes[target % nodes.length]!)
    }
    return nodes[0]!
  })

/** What an object graph looks like, in which every object has a number: equal only when the same objects are the same. */
function outlineOf(root: unknown): unknown[] {
  const numbers = new Map<object, number>()
  const outline: unknown[] = []
  const number = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    const known = numbers.get(value)
    if (known !== undefined) return `#${known}`
    const line: unknown[] = [value.constructor.name]
    outline.push(line)
    numbers.set(value, numbers.size)
    const parts = value instanceof Map || value instanceof Set ? [...value].flat() : Object.entries(value).flat()
    line.push(value instanceof Date ? value.getTime() : parts.map(number))
    return `#${numbers.get(value)}`
  }
  number(root)
  return outline
}

test('msgpack keeps which objects are one, also in circles', () => {
  fc.assert(
    fc.property(graph, (root) => {
      const content = { cookie: {}, root, again: root }
      assert.deepEqual(outlineOf(comeBack(serializers.msgpack, content)), outlineOf(content))
      assertStable(serializers.msgpack, content)
    }),
    RUNS,
  )
})

test('anything at all is either refused as unstorable or comes back equal', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
    withBoxedValues: true,
    withUnicodeString: true,
    withObjectString: true,
    maxDepth: 3,
  })
  const rules = { msgpack: msgpackRules, json: jsonRules }
  for (const name of ['msgpack', 'json'] as const) {
    fc.assert(
      fc.property(anything, (value) => {
        try {
          checkStorable({ value }, rules[name])
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'FST_STORED_SESSION_UNSTORABLE', String(error))
          return
        }
        const back = comeBack(serializers[name], { value })
        assert.deepEqual(outlineOf(back.value), outlineOf(withoutUndefined(value, name === 'json')))
      }),
      RUNS,
    )
  }
})

/** JSON leaves out what is undefined. */
function withoutUndefined(value: unknown, applies: boolean): unknown {
  return applies ? JSON.parse(JSON.stringify({ value })).value : value
}
