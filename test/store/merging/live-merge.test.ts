import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { StoredSessionStore, StoreOptions } from '../../../src/index.ts'
import { databases } from '../../harness/databases.ts'
import { contentOf, loaded, newSession, save, type TestSession } from '../../support/sessions.ts'
import { newId, storesOn } from '../../support/stores.ts'

type Members = Record<string, unknown>

/** What the sessions of these tests may have. */
interface Content {
  cart: Members & { items: Members[]; box: Members }
  map: Map<string, Members>
  tags: Set<string>
  list: unknown[]
  n: unknown
}

/** Loads a session twice, lets theirs be stored first, and then saves ours. */
async function race(
  { store }: ReturnType<typeof storesOn>,
  content: Members,
  change: (theirs: Content) => void,
  changeOurs: (ours: Content) => void,
): Promise<{ ours: TestSession & Content; stored(): Promise<Members>; id: string }> {
  const id = newId()
  await save(store, id, newSession(content))
  const [ours, theirs] = [await loadedAs(store, id), await loadedAs(store, id)]
  change(theirs)
  await save(store, id, theirs)
  changeOurs(ours)
  await save(store, id, ours)
  return { id, ours, stored: async () => contentOf(await loaded(store, id)) }
}

const loadedAs = async (store: StoredSessionStore, id: string) => (await loaded(store, id)) as TestSession & Content

// What a live session is after a merge is the same on every database.
describe('after a merge, the live session', () => {
  const stores = storesOn(databases[0]!)

  test('has the objects, arrays, Maps and Sets that it had, with the changes of the other', async () => {
    const start = { cart: { items: [{ id: 1 }], box: {} }, map: new Map([['a', { n: 1 }]]), tags: new Set(['x']) }
    let held: unknown[] = []
    const parts = (s: Content) => [s.cart, s.cart.items, s.cart.items[0], s.cart.box, s.map, s.map.get('a'), s.tags]
    const { ours, stored } = await race(
      stores,
      start,
      (theirs) => {
        theirs.cart.items.push({ id: 2 })
        theirs.cart.box.theirs = 1
        theirs.map.get('a')!.m = 1
        theirs.tags.add('y')
      },
      (ours) => {
        held = parts(ours)
        ours.cart.items.push({ id: 3 })
        ours.n = 1
      },
    )
    for (const [index, part] of parts(ours).entries()) assert.equal(part, held[index])
    const expected = {
      cart: { items: [{ id: 1 }, { id: 2 }, { id: 3 }], box: { theirs: 1 } },
      map: new Map([['a', { n: 1, m: 1 }]]),
      tags: new Set(['x', 'y']),
      n: 1,
    }
    assert.deepStrictEqual(contentOf(ours), expected)
    assert.deepStrictEqual(await stored(), expected)
  })

  test('keeps the object of an item that moved', async () => {
    let second: unknown
    const { ours } = await race(
      stores,
      { list: [{ id: 1 }, { id: 2 }] },
      (theirs) => theirs.list.reverse(),
      (ours) => {
        second = ours.list[1]
        ours.n = 1
      },
    )
    assert.deepStrictEqual(ours.list, [{ id: 2 }, { id: 1 }])
    assert.equal(ours.list[0], second)
  })

  test('has a new object in the place of a frozen one', async () => {
    let frozen: unknown
    const { ours, stored } = await race(
      stores,
      { cart: { a: 1 }, list: [1] },
      (theirs) => {
        theirs.cart.b = 2
        theirs.list.push(2)
      },
      (ours) => {
        frozen = Object.freeze(ours.cart)
        Object.freeze(ours.list)
        ours.n = 1
      },
    )
    assert.deepStrictEqual(contentOf(ours), { cart: { a: 1, b: 2 }, list: [1, 2], n: 1 })
    assert.deepStrictEqual(frozen, { a: 1 })
    assert.deepStrictEqual(await stored(), contentOf(ours))
  })

  test('keeps what the application changed while the save was under way, and the next save stores it', async () => {
    const { store } = stores
    const id = newId()
    await save(store, id, newSession({ list: ['old'], cart: { a: 1 }, n: 0 }))
    const [ours, theirs] = [await loadedAs(store, id), await loadedAs(store, id)]
    theirs.list.push('theirs')
    theirs.cart.theirs = 1
    await save(store, id, theirs)
    ours.list.push('ours')
    const saving = save(store, id, ours)
    ours.list.push('later')
    ours.cart.later = 1
    await saving
    assert.deepStrictEqual(ours.list, ['old', 'theirs', 'ours', 'later'])
    await save(store, id, ours)
    const expected = { list: ['old', 'theirs', 'ours', 'later'], cart: { a: 1, theirs: 1, later: 1 }, n: 0 }
    assert.deepStrictEqual(contentOf(await loaded(store, id)), expected)
  })

  test('costs a save that meets no other nothing: nothing is read or decoded', async () => {
    const decoded: number[] = []
    const serializer: StoreOptions['serializer'] = {
      serialize: (content) => Buffer.from(JSON.stringify(content)),
      deserialize: (bytes) => {
        decoded.push(bytes.length)
        return JSON.parse(bytes.toString())
      },
    }
    const store = await stores.another({ serializer, table: 'decoded' })
    const id = newId()
    await save(store, id, newSession({ cart: { a: 1 } }))
    for (let n = 1; n < 4; n++) {
      const session = await loadedAs(store, id)
      session.cart[n] = n
      await save(store, id, session)
      assert.equal(decoded.length, n, 'by the load alone')
    }
  })
})

describe('a function of the option merge', () => {
  let rule: (base: unknown, theirs: unknown, ours: unknown) => unknown = () => 0
  const stores = storesOn(databases[0]!, { merge: { n: (...sides) => rule(...sides) } })
  const setTo = (n: number) => (session: Content) => {
    session.n = n
  }
  const collide = () => race(stores, { n: 1, m: 0 }, setTo(5), setTo(3))

  test('decides, for the row and for the live session', async () => {
    rule = (_base, theirs, ours) => Math.max(theirs as number, ours as number)
    const { ours, stored } = await collide()
    assert.equal(ours.n, 5)
    assert.deepEqual(await stored(), { n: 5, m: 0 })
  })

  for (const [what, broken, reason] of [
    [
      'throws',
      () => {
        throw new Error('secret content')
      },
      'it threw an error',
    ],
    ['returns a function', () => () => {}, 'functions cannot be stored'],
    ['returns a promise', async () => 1, 'instances of Promise cannot be stored'],
  ] as const) {
    test(`that ${what} refuses the save, by the name of the key, and keeps both sides`, async () => {
      rule = (_base, theirs) => theirs
      const { id, ours } = await collide()
      rule = broken
      const theirs = await loaded(stores.store, id)
      theirs.n = 7
      await save(stores.store, id, theirs)
      ours.n = 8
      const [outcome] = await Promise.allSettled([save(stores.store, id, ours)])
      const error = (outcome as PromiseRejectedResult).reason
      assert.equal(error.code, 'FST_STORED_SESSION_MERGE_FAILED')
      assert.match(error.message, /merge\.n/)
      assert.ok(error.message.includes(reason), error.message)
      assert.doesNotMatch(error.message, /secret content/)
      assert.equal(ours.n, 8)
      assert.deepEqual(contentOf(await loaded(stores.store, id)), { n: 7, m: 0 })
    })
  }

  test('that fails does not fail the saves that wait for the same row', async () => {
    const { store } = stores
    const id = newId()
    rule = () => {
      throw new Error('broken')
    }
    await save(store, id, newSession({ n: 0 }))
    const [one, two, three] = [await loaded(store, id), await loaded(store, id), await loaded(store, id)]
    one.n = 1
    two.n = 2
    three.m = 3
    const outcomes = await Promise.allSettled([one, two, three].map((session) => save(store, id, session!)))
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual(contentOf(await loaded(store, id)), { n: 1, m: 3 })
  })
})
