import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoredSessionStore } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { allRows, rowOf, storedRow } from '../support/rows.ts'
import { contentOf, loaded, newSession, save } from '../support/sessions.ts'
import { newId, storesOn } from '../support/stores.ts'

class Account {
  name = 'ada'
}

const loop: Record<string, unknown> = {}
loop.again = [loop]

/** What no serializer stores, or JSON does not, with the whole path of what is refused. */
const UNSTORABLE: [serializer: 'msgpack' | 'json', content: Record<string, unknown>, path: string][] = [
  ['msgpack', { act: () => {} }, 'act'],
  ['msgpack', { list: [1, { deep: Symbol('mark') }] }, 'list[1].deep'],
  ['msgpack', { user: new Account() }, 'user'],
  ['msgpack', { jobs: [Promise.resolve()] }, 'jobs[0]'],
  ['msgpack', { weak: new WeakMap() }, 'weak'],
  ['msgpack', { cart: { 'two words': () => {} } }, 'cart["two words"]'],
  ['msgpack', { map: new Map([['key', () => {}]]) }, 'map.get("key")'],
  ['msgpack', { tags: new Set([1, Symbol('mark')]) }, 'tags.values()[1]'],
  // biome-ignore lint/suspicious/noSparseArray: what is refused here
  ['msgpack', { holes: [1, , 3] }, 'holes'],
  ['msgpack', { text: 'half \ud83d' }, 'text'],
  ['msgpack', { names: { 'half \ud83d': 1 } }, 'names["half \\ud83d"]'],
  ['msgpack', { fault: Object.assign(new Error('with more'), { code: 7 }) }, 'fault'],
  ['msgpack', { nested: JSON.parse('{"__proto__": {"admin": true}}') }, 'nested.__proto__'],
  ['msgpack', { marked: { [Symbol('mark')]: 1 } }, 'marked'],
  ['json', { when: new Date(0) }, 'when'],
  ['json', { tags: { map: new Map() } }, 'tags.map'],
  ['json', { big: [1n] }, 'big[0]'],
  ['json', { price: Number.NaN }, 'price'],
  ['json', { list: [undefined] }, 'list[0]'],
  ['json', { loop }, 'loop.again[0]'],
  ['json', { bytes: Buffer.from('x') }, 'bytes'],
]

forEachDatabase((target) => {
  const suite = storesOn(target)

  async function refused(store: StoredSessionStore, content: object, expected: object): Promise<void> {
    const [fresh, known] = [newId(), newId()]
    await save(store, known, newSession({ n: 1 }))
    const before = await storedRow(suite.database, known)
    const session = await loaded(store, known)
    const changed = Object.assign(session, { n: 2 }, content)
    await assert.rejects(save(store, known, changed), expected)
    await assert.rejects(save(store, fresh, newSession({ ...content })), expected)
    assert.deepEqual(await storedRow(suite.database, known), before)
    assert.equal(await rowOf(suite.database, fresh), undefined)
  }

  for (const [serializer, content, path] of UNSTORABLE) {
    test(`${serializer} refuses ${path} and leaves the row as it was`, async () => {
      for (const errorPaths of [true, false]) {
        const store = await suite.another({ serializer, errorPaths })
        await refused(store, content, {
          code: 'FST_STORED_SESSION_UNSTORABLE',
          statusCode: 500,
          message: 'The session cannot be stored, so nothing was written',
          path: errorPaths ? path : /^\w+/.exec(path)![0],
        })
      }
    })
  }

  test('names of session methods are refused, and the row stays as it was', async () => {
    for (const name of ['save', 'touch', 'destroy', 'regenerate', 'constructor', 'sessionId', '__proto__']) {
      const content = Object.defineProperty({}, name, { value: 1, enumerable: true })
      const session = Object.defineProperty(newSession({ n: 1 }), name, { value: 1, enumerable: true })
      assert.deepEqual(Object.keys(content), [name])
      await assert.rejects(save(suite.store, newId(), session), {
        code: 'FST_STORED_SESSION_UNSTORABLE',
        path: name,
        reason: 'this name is reserved',
      })
    }
  })

  test('a session over maxBytes is refused whole, with the sizes, and the row keeps its former content', async () => {
    const store = await suite.another({ maxBytes: 2_000 })
    await refused(store, { note: 'x'.repeat(3_000) }, (error: Error & { code: string }) => {
      assert.equal(error.code, 'FST_STORED_SESSION_TOO_LARGE')
      const [, bytes, more] = /takes (\d+) bytes, (\d+) more than maxBytes \(2000\)/.exec(error.message) ?? []
      assert.ok(Number(bytes) > 3_000 && Number(bytes) - Number(more) === 2_000, error.message)
      return true
    })
  })

  test('a session of exactly maxBytes is stored, and one byte more is not', async () => {
    const sizes: number[] = []
    const measuring = await suite.another({
      serializer: {
        serialize(content) {
          const bytes = Buffer.from(JSON.stringify(content))
          sizes.push(bytes.length)
          return bytes
        },
        deserialize: (bytes) => JSON.parse(bytes.toString()),
      },
    })
    await save(measuring, newId(), newSession({ note: 'x'.repeat(100) }))
    const store = await suite.another({ serializer: 'json', maxBytes: sizes[0]! })
    const id = newId()
    await save(store, id, newSession({ note: 'x'.repeat(100) }))
    await assert.rejects(save(store, newId(), newSession({ note: 'x'.repeat(101) })), {
      code: 'FST_STORED_SESSION_TOO_LARGE',
    })
    assert.deepEqual(contentOf(await loaded(store, id)), { note: 'x'.repeat(100) })
  })

  test('a payload of a megabyte is stored and found', async () => {
    const id = newId()
    const bytes = Buffer.alloc(1_048_000, 7)
    await save(suite.store, id, newSession({ bytes }))
    assert.deepEqual((await loaded(suite.store, id)).bytes, bytes)
    await suite.database.query('DELETE FROM stored_sessions')
    assert.deepEqual(await allRows(suite.database), [])
  })

  test('a save that was refused does not spoil the next one', async () => {
    const id = newId()
    const session = newSession({ n: 1 })
    await save(suite.store, id, session)
    session.act = () => {}
    await assert.rejects(save(suite.store, id, session), { code: 'FST_STORED_SESSION_UNSTORABLE' })
    delete session.act
    session.n = 2
    await save(suite.store, id, session)
    assert.deepEqual(contentOf(await loaded(suite.store, id)), { n: 2 })
    assert.equal((await storedRow(suite.database, id)).version, 2)
  })
})
