import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { mergeThreeWays } from '../../../src/store/live/merge.ts'

type Content = Record<string, unknown>

const NAMES = ['cookie', 'userId', 'cart', 'theme', 'n', 'constructor']
const value = fc.oneof(
  fc.integer({ min: 0, max: 2 }),
  fc.constantFrom<unknown>('', null, undefined, Number.NaN, false, 1n),
  fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 2 }),
  fc.record({ inner: fc.integer({ min: 0, max: 1 }) }, { noNullPrototype: true }),
  fc.integer({ min: 0, max: 1 }).map((n) => new Map([['key', n]])),
  fc.integer({ min: 0, max: 1 }).map((n) => new Set([n])),
  fc.integer({ min: 0, max: 1 }).map((n) => new Date(n)),
)
const content = fc.dictionary(fc.constantFrom(...NAMES), value, { noNullPrototype: true })

const check = (property: (base: Content, theirs: Content, ours: Content) => void) =>
  fc.assert(fc.property(content, content, content, property), { numRuns: 2_000 })

/** A value under a name, or that there is none: `undefined` is a value. */
const at = (one: Content, name: string) => (Object.hasOwn(one, name) ? { value: one[name] } : 'none')
const differs = (one: Content, other: Content, name: string) => !isDeepStrictEqual(at(one, name), at(other, name))

describe('merging', () => {
  test('keeps ours when only we changed something', () => {
    check((base, _theirs, ours) => {
      assert.deepStrictEqual(mergeThreeWays(base, base, ours), { content: ours, conflicts: [] })
    })
  })

  test('takes theirs when only they changed something', () => {
    check((base, theirs) => {
      assert.deepStrictEqual(mergeThreeWays(base, theirs, base), { content: theirs, conflicts: [] })
    })
  })

  test('finds no conflict when both made the same of it', () => {
    check((base, theirs) => {
      assert.deepStrictEqual(mergeThreeWays(base, theirs, theirs), { content: theirs, conflicts: [] })
    })
  })

  test('keeps, name by name, what one side changed, deleted or added, and ours where both did', () => {
    check((base, theirs, ours) => {
      const merged = mergeThreeWays(base, theirs, ours)
      for (const name of NAMES) {
        const expected = differs(base, ours, name) ? ours : theirs
        assert.deepStrictEqual(at(merged.content, name), at(expected, name), name)
      }
      assert.ok(Object.keys(merged.content).every((name) => NAMES.includes(name)))
    })
  })

  test('reports exactly the names that both sides changed in different ways', () => {
    check((base, theirs, ours) => {
      const expected = NAMES.filter(
        (name) => differs(base, ours, name) && differs(base, theirs, name) && differs(ours, theirs, name),
      )
      assert.deepEqual(mergeThreeWays(base, theirs, ours).conflicts.toSorted(), expected.toSorted())
    })
  })

  test('changes none of its arguments', () => {
    check((base, theirs, ours) => {
      const before = structuredClone([base, theirs, ours])
      mergeThreeWays(base, theirs, ours)
      assert.deepStrictEqual([base, theirs, ours], before)
    })
  })

  test('lets a second merge with the same other side change nothing', () => {
    check((base, theirs, ours) => {
      const once = mergeThreeWays(base, theirs, ours).content
      assert.deepStrictEqual(mergeThreeWays(theirs, theirs, once).content, once)
    })
  })
})

describe('by example, merging', () => {
  test('keeps changes of different names of both sides, and a deletion', () => {
    const base = { cart: [1], theme: 'light', draft: 'x' }
    const theirs = { cart: [1], theme: 'dark', draft: 'x' }
    const ours = { cart: [1, 2], theme: 'light' }
    assert.deepEqual(mergeThreeWays(base, theirs, ours), { content: { cart: [1, 2], theme: 'dark' }, conflicts: [] })
  })

  test('keeps their deletion of what we left alone', () => {
    const base = { token: 't', n: 1 }
    assert.deepEqual(mergeThreeWays<Content>(base, { n: 1 }, { token: 't', n: 2 }), {
      content: { n: 2 },
      conflicts: [],
    })
  })

  test('lets ours stand where we changed what they deleted, and the other way round, and says so', () => {
    const base = { token: 't' }
    assert.deepEqual(mergeThreeWays<Content>(base, {}, { token: 'u' }), {
      content: { token: 'u' },
      conflicts: ['token'],
    })
    assert.deepEqual(mergeThreeWays<Content>(base, { token: 'u' }, {}), { content: {}, conflicts: ['token'] })
  })

  test('tells a deletion from a value that is undefined', () => {
    const base: Content = { a: undefined, b: 1 }
    const merged = mergeThreeWays<Content>(base, { a: undefined, b: 1, c: 2 }, { b: undefined })
    assert.deepStrictEqual(merged, { content: { b: undefined, c: 2 }, conflicts: [] })
  })

  test('goes no deeper than the names of the session: inside of one, the later stands', () => {
    const base = { cart: { a: 1 } }
    const merged = mergeThreeWays<Content>(base, { cart: { a: 1, b: 1 } }, { cart: { a: 2 } })
    assert.deepEqual(merged, { content: { cart: { a: 2 } }, conflicts: ['cart'] })
  })
})
