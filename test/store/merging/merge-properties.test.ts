import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { serializers } from '../../../src/payload/serializer.ts'
import { mergeThreeWays as mergeInto } from '../../../src/store/merging/merge.ts'

type Content = Record<string, unknown>

const { msgpack } = serializers
/** A copy as the database gives it back. */
const stored = <Value>(value: Value) => msgpack.deserialize(Buffer.from(msgpack.serialize({ value }))).value as Value

/** Merges copies, because a merge changes the object of ours. */
const merge = (base: Content, theirs: Content, ours: Content) => mergeInto(stored(base), stored(theirs), stored(ours))

const NAMES = ['cookie', 'userId', 'cart', 'theme', 'n', 'constructor']
const small = fc.integer({ min: 0, max: 2 })
const leaf = fc.oneof(
  small,
  fc.constantFrom<unknown>('', null, undefined, Number.NaN, false, 1n),
  small.map((n) => new Date(n)),
  small.map((n) => Buffer.from([n])),
  small.map((n) => new Float64Array([n])),
)
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), tie('value'), { noNullPrototype: true, maxKeys: 3 }),
    fc
      .array(fc.tuple(fc.oneof(small, fc.record({ id: small }, { noNullPrototype: true })), tie('value')), {
        maxLength: 3,
      })
      .map((entries) => new Map(entries)),
    fc
      .array(fc.oneof(small, fc.record({ id: small }, { noNullPrototype: true })), { maxLength: 3 })
      .map((elements) => new Set(elements)),
  ),
}))
const content = fc.dictionary(fc.constantFrom(...NAMES), value, { noNullPrototype: true })

const check = (property: (base: Content, theirs: Content, ours: Content) => void) =>
  fc.assert(fc.property(content, content, content, property), { numRuns: 500 })

/** A value under a name, or that there is none: `undefined` is a value. */
const at = (one: Content, name: string) => (Object.hasOwn(one, name) ? { value: one[name] } : 'none')
const differs = (one: Content, other: Content, name: string) => !isDeepStrictEqual(at(one, name), at(other, name))

describe('merging any contents', () => {
  test('never throws, and gives something that can be stored', () => {
    check((base, theirs, ours) => {
      const { content } = merge(base, theirs, ours)
      assert.deepStrictEqual(stored(content), content)
    })
  })

  test('keeps ours when only we changed something', () => {
    check((base, _theirs, ours) => {
      assert.deepStrictEqual(merge(base, base, ours), { content: ours, conflicts: [] })
    })
  })

  test('takes theirs when only they changed something', () => {
    check((base, theirs) => {
      assert.deepStrictEqual(merge(base, theirs, base), { content: theirs, conflicts: [] })
    })
  })

  test('finds no conflict when both made the same of it', () => {
    check((base, theirs) => {
      assert.deepStrictEqual(merge(base, theirs, theirs).conflicts, [])
    })
  })

  test('takes a key from the side that changed it, where only one did', () => {
    check((base, theirs, ours) => {
      const merged = merge(base, theirs, ours)
      for (const name of NAMES) {
        const [weDid, theyDid] = [differs(base, ours, name), differs(base, theirs, name)]
        if (weDid && theyDid) continue
        assert.deepStrictEqual(at(merged.content, name), at(weDid ? ours : theirs, name), name)
      }
      assert.ok(Object.keys(merged.content).every((name) => NAMES.includes(name)))
    })
  })

  test('reports only keys that both sides changed in different ways', () => {
    check((base, theirs, ours) => {
      for (const name of merge(base, theirs, ours).conflicts)
        assert.ok(differs(base, ours, name) && differs(base, theirs, name) && differs(ours, theirs, name), name)
    })
  })

  test('invents no value: every leaf of the result is in one of the three', () => {
    check((base, theirs, ours) => {
      const known = new Set([base, theirs, ours].flatMap((side) => leavesOf(side)))
      for (const one of leavesOf(merge(base, theirs, ours).content)) assert.ok(known.has(one), one)
    })
  })

  test('gives the same for the same', () => {
    check((base, theirs, ours) => {
      assert.deepStrictEqual(merge(base, theirs, ours), merge(base, theirs, ours))
    })
  })

  test('lets a second merge with the same other side change nothing', () => {
    check((base, theirs, ours) => {
      const once = merge(base, theirs, ours).content
      assert.deepStrictEqual(merge(theirs, theirs, once).content, once)
    })
  })

  test('changes neither the base nor theirs', () => {
    check((base, theirs, ours) => {
      const before = stored([base, theirs])
      const given = stored([base, theirs] as const)
      mergeInto(given[0], given[1], stored(ours))
      assert.deepStrictEqual(given, before)
    })
  })
})

function leavesOf(value: unknown): string[] {
  if (value instanceof Map) return [...value].flat().flatMap(leavesOf)
  if (value instanceof Set) return [...value].flatMap(leavesOf)
  if (Array.isArray(value)) return value.flatMap(leavesOf)
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value))
    return [`${Object.prototype.toString.call(value)} ${String(value)}`]
  return Object.values(value).flatMap(leavesOf)
}

/** A change of one place, which no other change of another number touches. */
interface Change {
  readonly n: number
  readonly place: 'key' | 'member' | 'deep' | 'map' | 'objectKey' | 'set' | 'deletion'
}

const BASE = () => ({
  n: 0,
  cart: { items: { old: 1 } as Record<string, number>, deep: { er: {} as Record<string, unknown> } },
  map: new Map<unknown, unknown>([['old', 1]]),
  byPoint: new Map<unknown, unknown>([[{ x: -1 }, 'old']]),
  tags: new Set<unknown>(['old']),
  doomed: Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`d${n}`, n])) as Record<string, number>,
})

function apply(session: ReturnType<typeof BASE>, { n, place }: Change): void {
  if (place === 'key') (session as Content)[`key${n}`] = n
  else if (place === 'member') session.cart.items[`item${n}`] = n
  else if (place === 'deep') session.cart.deep.er[`d${n}`] = { n }
  else if (place === 'map') session.map.set(`m${n}`, { n })
  else if (place === 'objectKey') session.byPoint.set({ x: n }, n)
  else if (place === 'set') session.tags.add(n % 2 ? n : { n })
  else delete session.doomed[`d${n}`]
}

const place = fc.constantFrom<Change['place']>('key', 'member', 'deep', 'map', 'objectKey', 'set', 'deletion')
const changes = fc.array(place, { maxLength: 12 }).map((places) => places.map((one, n): Change => ({ n, place: one })))

describe('changes of different places', () => {
  test('are all applied, whoever is first, and none is reported', () => {
    fc.assert(
      fc.property(changes, fc.func(fc.boolean()), (all, isOurs) => {
        const [base, theirs, ours, both] = [BASE(), BASE(), BASE(), BASE()]
        for (const change of all) {
          apply(isOurs(change.n) ? ours : theirs, change)
          apply(both, change)
        }
        const [one, other] = [merge(base, theirs, ours), merge(base, ours, theirs)]
        assert.deepStrictEqual(one, { content: stored(both), conflicts: [] })
        assert.deepStrictEqual(other, one)
      }),
      { numRuns: 500 },
    )
  })

  test('of any number of sides give the same in every order', () => {
    fc.assert(
      fc.property(changes, fc.infiniteStream(fc.nat()), (all, random) => {
        const merged = (order: readonly Change[]) =>
          order.reduce<Content>((content, change) => {
            const side = BASE()
            apply(side, change)
            return merge(BASE(), content, side).content
          }, BASE())
        const shuffled = all.toSorted(() => ((random.next().value as number) % 2 ? 1 : -1))
        assert.deepStrictEqual(merged(shuffled), merged(all))
      }),
      { numRuns: 500 },
    )
  })

  test('of an array that both appended to keeps every item, theirs first', () => {
    const list = fc.array(value, { maxLength: 4 })
    fc.assert(
      fc.property(list, list, list, (start, theirs, ours) => {
        const merged = merge({ list: start }, { list: [...start, ...theirs] }, { list: [...start, ...ours] })
        assert.deepStrictEqual(merged, { content: stored({ list: [...start, ...theirs, ...ours] }), conflicts: [] })
      }),
      { numRuns: 500 },
    )
  })
})
