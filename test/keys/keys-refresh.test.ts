import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { StoredSessionStore } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { openApp } from '../support/app.ts'
import { load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, storesOn } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { signIn } from '../support/visitor.ts'
import { withClock } from './envelopes.ts'
import { LearningKeys, ringOf } from './learning-keys.ts'

const MINUTE_MS = 60_000
const UNAVAILABLE = { code: 'FST_STORED_SESSION_UNAVAILABLE', statusCode: 503, message: /^The session store is not/ }

function reasonsOf(store: StoredSessionStore): string[] {
  const reasons: string[] = []
  store.events.on('unreadable', ({ reason }) => reasons.push(reason))
  return reasons
}

forEachDatabase((target) => {
  const suite = storesOn(target)
  const apps: FastifyInstance[] = []
  afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())))

  /** Sessions that were sealed elsewhere with keys that a new process does not know yet. */
  async function sealedElsewhere(count: number, ...names: string[]): Promise<string[]> {
    const ids = Array.from({ length: count }, newId)
    for (const [index, name] of names.entries()) {
      const store = await suite.another({ keys: ringOf([[name, 'current']]) })
      const own = ids.filter((_, position) => position % names.length === index)
      await Promise.all(own.map((id) => save(store, id, newSession({ user: 'ada' }))))
    }
    return ids
  }

  describe('a key that the provider does not know', () => {
    test('is asked for again once for all readers that wait, and they get their sessions', async () => {
      const ids = await sealedElsewhere(50, 'new', 'newer')
      const keys = new LearningKeys('old')
      const store = await suite.another({ keys })
      const reasons = reasonsOf(store)
      keys.published = ['new', 'newer']
      let letGo = () => {}
      keys.gate = new Promise((resolve) => {
        letGo = resolve
      })
      const loading = ids.map((id) => loaded(store, id))
      await until('the provider is asked', () => keys.refreshes > 0)
      letGo()
      for (const { user } of await Promise.all(loading)) assert.equal(user, 'ada')
      for (const id of ids) await loaded(store, id)
      assert.equal(keys.refreshes, 1)
      assert.deepEqual(reasons, [])
    })

    test('is a 503 while the provider cannot be asked, and it is left in peace for a second', async () => {
      await withClock(async (advance) => {
        const ids = await sealedElsewhere(20, 'new')
        const keys = new LearningKeys('old')
        const store = await suite.another({ keys })
        const reasons = reasonsOf(store)
        keys.published = ['new']
        keys.fault = new Error('connect ECONNREFUSED')
        for (const id of ids) await assert.rejects(load(store, id), UNAVAILABLE)
        assert.equal(keys.refreshes, 1)
        advance(5 * MINUTE_MS)
        for (const id of ids) await assert.rejects(load(store, id), UNAVAILABLE)
        assert.equal(keys.refreshes, 2)
        keys.fault = undefined
        advance(1_000)
        for (const id of ids) assert.equal((await loaded(store, id)).user, 'ada')
        assert.deepEqual(reasons, [])
      })
    })

    test('is a 503 while it may be on its way, and its users stay signed in', async () => {
      await withClock(async (advance) => {
        const keys = new LearningKeys('old')
        const elsewhere = await openApp(suite.database.url, { options: { keys: ringOf([['new', 'current']]) } })
        const app = await openApp(suite.database.url, { options: { keys } })
        apps.push(elsewhere, app)
        const { sessionId } = await signIn(elsewhere)
        const visit = () => app.inject({ url: '/me', cookies: { sessionId } })
        for (let n = 0; n < 20; n++) {
          const response = await visit()
          assert.equal(response.statusCode, 503)
          assert.equal(response.headers['set-cookie'], undefined)
        }
        assert.equal(keys.refreshes, 1)
        keys.published = ['new']
        advance(MINUTE_MS - 1)
        assert.deepEqual((await visit()).json(), { userId: 'ada' })
      })
    })

    test('is gone when it is still unknown after a minute: an event, and nobody is locked out', async () => {
      await withClock(async (advance) => {
        const [id] = await sealedElsewhere(1, 'removed')
        const keys = new LearningKeys('old')
        const store = await suite.another({ keys })
        const reasons = reasonsOf(store)
        await assert.rejects(load(store, id!), UNAVAILABLE)
        advance(MINUTE_MS)
        for (let n = 0; n < 20; n++) assert.equal(await load(store, id!), null)
        assert.equal(reasons.length, 20)
        assert.deepEqual(new Set(reasons), new Set(['unknown key']))
        // The first time, and once more before it is given up.
        assert.equal(keys.refreshes, 2)
        await save(store, newId(), newSession({ user: 'ada' }))
      })
    })
  })
})
