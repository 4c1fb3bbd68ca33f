import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoredSessionStore } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { runScript } from '../support/script.ts'
import { destroy, loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret, storesOn } from '../support/stores.ts'

type Callback = (error?: unknown, result?: unknown) => void

forEachDatabase((target) => {
  const suite = storesOn(target, { maxBytes: 10_000 })

  /** Every way to call the store, whether it goes well or not. */
  async function calls(): Promise<Record<string, (callback: Callback) => void>> {
    const { store } = suite
    const id = newId()
    const session = newSession({ n: 1 })
    await save(store, id, session)
    const ended = await loaded(store, id)
    await destroy(store, id)
    const closed = await suite.another()
    await closed.close()
    return {
      'get of an unknown id': (callback) => store.get(newId(), callback),
      'get of no id': (callback) => store.get('', callback),
      'get of a closed store': (callback) => closed.get(id, callback),
      'a first set': (callback) => store.set(newId(), newSession({ n: 1 }), callback),
      'a set after the end': (callback) => store.set(id, ended, callback),
      'a set that is too large': (callback) => store.set(id, newSession({ note: 'x'.repeat(20_000) }), callback),
      'a set that cannot be stored': (callback) => store.set(id, newSession({ act: () => {} }), callback),
      'a set of a closed store': (callback) => closed.set(id, session, callback),
      'a destroy': (callback) => store.destroy(id, callback),
      'a destroy of a closed store': (callback) => closed.destroy(id, callback),
      'a touch': (callback) => store.touch(id, session, callback),
    }
  }

  test('every callback is called once, and never before its call has returned', async () => {
    for (const [name, call] of Object.entries(await calls())) {
      let returned = false
      let count = 0
      const called = new Promise<void>((resolve) => {
        call(() => {
          assert.ok(returned, name)
          count += 1
          resolve()
        })
      })
      returned = true
      await called
      await new Promise(setImmediate)
      assert.equal(count, 1, name)
    }
  })

  test('a callback that throws is an uncaught exception of its own, once, and no rejection', async () => {
    const { code, output, errors } = await runScript(throwingCallbacks(suite.database.url))
    assert.equal(errors, '')
    assert.equal(code, 0)
    assert.deepEqual(JSON.parse(output), {
      exceptions: ['first set', 'unchanged set', 'get', 'get of nothing', 'destroy', 'late set', 'failed set'],
      rejections: [],
    })
  })

  test('a store that was never opened opens at its first call', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ n: 1 }))
    const store = new StoredSessionStore({ database: suite.database.url, secret, trim: false })
    assert.equal((await loaded(store, id)).n, 1)
    await store.close()
  })

  test('closing twice is harmless, and a closed store answers with 503', async () => {
    const store = await suite.another()
    await Promise.all([store.close(), store.close()])
    await store.close()
    await assert.rejects(loaded(store, newId()), { statusCode: 503, code: 'FST_STORED_SESSION_UNAVAILABLE' })
  })

  test('closing finishes the saves that were begun', async () => {
    const store = await suite.another()
    const ids = Array.from({ length: 20 }, newId)
    const saves = ids.map((id) => save(store, id, newSession({ id })))
    await Promise.all([...saves, store.close()])
    for (const id of ids) assert.equal((await loaded(suite.store, id)).id, id)
  })
})

/** A script that throws in each callback in turn and prints what became of it. */
function throwingCallbacks(database: string): string {
  return `
    import { StoredSessionStore } from './src/index.ts'
    const seen = { exceptions: [], rejections: [] }
    process.on('unhandledRejection', (error) => seen.rejections.push(error.message))
    const store = new StoredSessionStore(${JSON.stringify({ database, secret, trim: false, maxBytes: 10_000 })})
    await store.ready()
    const session = { n: 1, cookie: {} }
    const large = { note: 'x'.repeat(20_000), cookie: {} }
    const calls = {
      'first set': (callback) => store.set('an-id', session, callback),
      'unchanged set': (callback) => store.set('an-id', session, callback),
      'get': (callback) => store.get('an-id', callback),
      'get of nothing': (callback) => store.get('another-id', callback),
      'destroy': (callback) => store.destroy('an-id', callback),
      'late set': (callback) => store.set('an-id', session, callback),
      'failed set': (callback) => store.set('a-third-id', large, callback),
    }
    for (const [name, call] of Object.entries(calls)) {
      await new Promise((resolve) => {
        process.once('uncaughtException', (error) => {
          seen.exceptions.push(error.message)
          setImmediate(resolve)
        })
        call(() => {
          throw new Error(name)
        })
      })
    }
    await store.close()
    console.log(JSON.stringify(seen))
  `
}
