import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { mergeThreeWays } from '../../../src/store/merging/merge.ts'
import type { MergeRules } from '../../../src/store/merging/merge-rules.ts'

/** A value that one side does not have. */
const NONE = Symbol('none')

interface Example {
  readonly what: string
  readonly base?: unknown
  readonly theirs?: unknown
  readonly ours?: unknown
  readonly merged: unknown
  readonly isConflict?: true
}

const sideOf = (value: unknown) => (value === NONE ? {} : { key: value })

function check({ what, base = NONE, theirs = NONE, ours = NONE, merged, isConflict }: Example, rules: MergeRules = {}) {
  test(what, () => {
    assert.deepStrictEqual(mergeThreeWays<Record<string, unknown>>(sideOf(base), sideOf(theirs), sideOf(ours), rules), {
      content: sideOf(merged),
      conflicts: isConflict ? ['key'] : [],
    })
  })
}

const map = (...entries: [unknown, unknown][]) => new Map(entries)
const set = (...elements: unknown[]) => new Set(elements)
const day = (n: number) => new Date(n)

describe('objects are merged by member:', () => {
  const base = { a: 1, b: 2 }
  check({ what: 'changes of two members', base, theirs: { a: 9, b: 2 }, ours: { a: 1, b: 8 }, merged: { a: 9, b: 8 } })
  check({
    what: 'a deletion and an addition',
    base,
    theirs: { b: 2 },
    ours: { a: 1, b: 2, c: 3 },
    merged: { b: 2, c: 3 },
  })
  check({
    what: 'two levels',
    base: { a: { b: 1 } },
    theirs: { a: { b: 1, c: 2 } },
    ours: { a: { b: 3 } },
    merged: { a: { b: 3, c: 2 } },
  })
  check({
    what: 'one member that both changed',
    base,
    theirs: { a: 9, b: 2 },
    ours: { a: 8, b: 3 },
    merged: { a: 8, b: 3 },
    isConflict: true,
  })
  check({ what: 'two that both created', theirs: { a: 1 }, ours: { b: 2 }, merged: { a: 1, b: 2 } })
  check({ what: 'two in the place of null', base: null, theirs: { a: 1 }, ours: { b: 2 }, merged: { a: 1, b: 2 } })
  check({
    what: 'a deletion against a change inside',
    base,
    theirs: NONE,
    ours: { a: 5, b: 2 },
    merged: { a: 5, b: 2 },
    isConflict: true,
  })
  check({
    what: 'a change inside against a deletion',
    base,
    theirs: { a: 5, b: 2 },
    ours: NONE,
    merged: NONE,
    isConflict: true,
  })
  check({
    what: 'a member that is undefined is not a deleted one',
    base: { a: undefined },
    theirs: { a: undefined, b: 1 },
    ours: {},
    merged: { b: 1 },
  })
  check({
    what: 'names of methods are ordinary members',
    base: {},
    theirs: { constructor: 1 },
    ours: { toString: 2 },
    merged: { constructor: 1, toString: 2 },
  })
})

describe('Maps are merged by key:', () => {
  const base = map(['a', 1])
  check({
    what: 'two additions',
    base,
    theirs: map(['a', 1], ['b', 2]),
    ours: map(['a', 1], ['c', 3]),
    merged: map(['a', 1], ['b', 2], ['c', 3]),
  })
  check({
    what: 'values inside',
    base: map(['a', { x: 1 }]),
    theirs: map(['a', { x: 1, y: 2 }]),
    ours: map(['a', { x: 3 }]),
    merged: map(['a', { x: 3, y: 2 }]),
  })
  check({
    what: 'keys that are objects, by their content',
    base: map([{ id: 1 }, 1]),
    theirs: map([{ id: 1 }, 2]),
    ours: map([{ id: 1 }, 1], [{ id: 2 }, 5]),
    merged: map([{ id: 1 }, 2], [{ id: 2 }, 5]),
  })
  check({
    what: 'a deletion',
    base: map(['a', 1], ['b', 2]),
    theirs: map(['b', 2]),
    ours: map(['a', 1], ['b', 3]),
    merged: map(['b', 3]),
  })
  check({
    what: 'the same key changed twice',
    base,
    theirs: map(['a', 2]),
    ours: map(['a', 3]),
    merged: map(['a', 3]),
    isConflict: true,
  })
  check({
    what: 'two equal keys cannot be told apart',
    base: map(),
    theirs: map(['x', 1]),
    ours: map([{}, 1], [{}, 2]),
    merged: map([{}, 1], [{}, 2]),
    isConflict: true,
  })
})

describe('Sets are merged by element:', () => {
  check({
    what: 'additions and deletions',
    base: set(1, 2),
    theirs: set(2, 3),
    ours: set(1, 2, 4),
    merged: set(2, 3, 4),
  })
  check({ what: 'the same addition', base: set(), theirs: set(1), ours: set(1), merged: set(1) })
  check({
    what: 'elements that are objects, by their content',
    base: set({ id: 1 }),
    theirs: set({ id: 1 }, { id: 2 }),
    ours: set(),
    merged: set({ id: 2 }),
  })
})

describe('arrays are merged where both sides only appended:', () => {
  check({ what: 'theirs first', base: [1], theirs: [1, 2], ours: [1, 3, 4], merged: [1, 2, 3, 4] })
  check({ what: 'equal items count twice', base: [1], theirs: [1, 'x'], ours: [1, 'x'], merged: [1, 'x', 'x'] })
  check({ what: 'two that both created', theirs: [1], ours: [2], merged: [1, 2] })
  check({
    what: 'two that both created with the same default',
    theirs: ['user', 'a'],
    ours: ['user', 'b'],
    merged: ['user', 'a', 'b'],
  })
  check({
    what: 'inside of an object',
    base: { items: [] },
    theirs: { items: [1] },
    ours: { items: [2] },
    merged: { items: [1, 2] },
  })
  check({
    what: 'a moved item is a conflict',
    base: [1, 2],
    theirs: [2, 1],
    ours: [1, 2, 3],
    merged: [1, 2, 3],
    isConflict: true,
  })
  check({
    what: 'so are a swap and a swap',
    base: [1, 2, 3],
    theirs: [2, 1, 3],
    ours: [1, 3, 2],
    merged: [1, 3, 2],
    isConflict: true,
  })
  check({ what: 'and a removal', base: [1, 2], theirs: [1], ours: [1, 2, 3], merged: [1, 2, 3], isConflict: true })
  check({
    what: 'and changes inside of items',
    base: [{ n: 1 }, { n: 1 }],
    theirs: [{ n: 2 }, { n: 1 }],
    ours: [{ n: 1 }, { n: 2 }],
    merged: [{ n: 1 }, { n: 2 }],
    isConflict: true,
  })
  check({ what: 'the same change of both is none', base: [1, 2], theirs: [2], ours: [2], merged: [2] })
})

describe('other values are replaced as one:', () => {
  check({ what: 'Dates', base: day(1), theirs: day(2), ours: day(3), merged: day(3), isConflict: true })
  check({
    what: 'a Date that only they changed',
    base: { at: day(1) },
    theirs: { at: day(2) },
    ours: { at: day(1), n: 1 },
    merged: { at: day(2), n: 1 },
  })
  check({
    what: 'bytes',
    base: Buffer.from('a'),
    theirs: Buffer.from('b'),
    ours: Buffer.from('c'),
    merged: Buffer.from('c'),
    isConflict: true,
  })
  check({
    what: 'typed arrays',
    base: new Uint16Array([1]),
    theirs: new Uint16Array([1, 2]),
    ours: new Uint16Array([1, 3]),
    merged: new Uint16Array([1, 3]),
    isConflict: true,
  })
  for (const [one, other] of [
    [{ a: 1 }, map(['a', 1])],
    [[1], set(1)],
    ['text', { a: 1 }],
    [day(1), 5],
    [{}, []],
  ] as const)
    check({
      what: `${Object.prototype.toString.call(one)} meets ${Object.prototype.toString.call(other)}`,
      base: { from: 0 },
      theirs: one,
      ours: other,
      merged: other,
      isConflict: true,
    })
  check({
    what: 'an array that both made an object',
    base: [1],
    theirs: { a: 1 },
    ours: { b: 1 },
    merged: { b: 1 },
    isConflict: true,
  })
})

describe('values in two places stay whole:', () => {
  const shared = (extra: object) => {
    const one = { n: 1, ...extra }
    return { first: one, second: one }
  }
  check({
    what: 'an object in two members',
    base: shared({}),
    theirs: shared({ a: 1 }),
    ours: shared({ b: 1 }),
    merged: shared({ b: 1 }),
    isConflict: true,
  })
  check({
    what: 'and takes their change where we changed nothing',
    base: shared({}),
    theirs: shared({ a: 1 }),
    ours: shared({}),
    merged: shared({ a: 1 }),
  })
  const ring = (extra: object) => {
    const one: Record<string, unknown> = { ...extra }
    one.self = one
    return one
  }
  check({
    what: 'an object that contains itself',
    base: ring({}),
    theirs: ring({ a: 1 }),
    ours: ring({ b: 1 }),
    merged: ring({ b: 1 }),
    isConflict: true,
  })
  test('an object of two keys stays one object', () => {
    const side = (extra: object) => {
      const one = { list: [1], ...extra }
      return { a: one, b: one, c: 0 }
    }
    const { content, conflicts } = mergeThreeWays<Record<string, unknown>>(side({}), side({ t: 1 }), side({ o: 1 }))
    assert.deepStrictEqual([content, conflicts], [side({ o: 1 }), ['a', 'b']])
    assert.equal(content.a, content.b)
  })
})

describe('with a rule,', () => {
  const add = { key: 'add' } as const
  check({ what: 'numbers add up', base: 10, theirs: 12, ours: 13, merged: 15 }, add)
  check({ what: 'equal changes count twice', base: 1, theirs: 2, ours: 2, merged: 3 }, add)
  check({ what: 'a first number is added to zero', theirs: 2, ours: 3, merged: 5 }, add)
  check({ what: 'BigInts add up', base: 10n, theirs: 12n, ours: 9n, merged: 11n }, add)
  check(
    { what: 'numbers inside add up', base: { a: 1 }, theirs: { a: 2, b: 1 }, ours: { a: 3 }, merged: { a: 4, b: 1 } },
    add,
  )
  check(
    { what: 'a number and a text do not add up', base: 1, theirs: 2, ours: '3', merged: '3', isConflict: true },
    add,
  )
  check({ what: 'a number and a BigInt do not add up', base: 1, theirs: 2n, ours: 3, merged: 3, isConflict: true }, add)
  check(
    {
      what: 'infinity does not add up',
      base: 1,
      theirs: Number.POSITIVE_INFINITY,
      ours: 2,
      merged: 2,
      isConflict: true,
    },
    add,
  )
  check({ what: 'a deletion does not add up', base: 1, theirs: NONE, ours: 2, merged: 2, isConflict: true }, add)
  const union = { key: 'union' } as const
  check({ what: 'arrays are sets', base: [1, 2], theirs: [2, 3], ours: [1, 2, 4, 3], merged: [2, 3, 4] }, union)
  check(
    {
      what: 'arrays of objects are sets',
      base: [{ id: 1 }],
      theirs: [{ id: 1 }, { id: 2 }],
      ours: [{ id: 2 }, { id: 3 }],
      merged: [{ id: 2 }, { id: 3 }],
    },
    union,
  )
  const append = { key: 'append' } as const
  check(
    {
      what: 'items that either side added are kept',
      base: ['a', 'b'],
      theirs: ['b', 'c'],
      ours: ['a', 'b', 'd'],
      merged: ['b', 'c', 'd'],
    },
    append,
  )
  check(
    {
      what: 'and items that either side removed are not',
      base: ['a', 'b'],
      theirs: ['a', 'b', 'b'],
      ours: ['b'],
      merged: ['b', 'b'],
    },
    append,
  )
  check({ what: 'and equal first items count twice', theirs: ['x'], ours: ['x'], merged: ['x', 'x'] }, append)
  const last = { key: 'last' } as const
  check(
    {
      what: 'the later value stays whole, as was wanted',
      base: { a: 1 },
      theirs: { a: 2, b: 1 },
      ours: { a: 3 },
      merged: { a: 3 },
    },
    last,
  )
  check({ what: 'their value stays where only they changed it', base: 1, theirs: 2, ours: 1, merged: 2 }, last)
  const highest = { key: (base: unknown, theirs: unknown, ours: unknown) => [base, theirs, ours] }
  check({ what: 'a function gets all three', base: 1, theirs: 2, ours: 3, merged: [1, 2, 3] }, highest)
  check({ what: 'a function gets undefined for none', theirs: 2, ours: 3, merged: [undefined, 2, 3] }, highest)
  check(
    { what: 'a function is not asked where one side changed nothing', base: 1, theirs: 2, ours: 1, merged: 2 },
    highest,
  )
  check(
    { what: 'undefined of a function removes the key', base: 1, theirs: 2, ours: 3, merged: NONE },
    { key: () => undefined },
  )
  check({ what: 'null of a function is a value', base: 1, theirs: 2, ours: 3, merged: null }, { key: () => null })
})
