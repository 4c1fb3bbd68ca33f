import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { StoredSessionStore } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { load, loaded, newSession, save } from '../support/sessions.ts'
import { newId } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { type EnvelopeStores, envelopeStoresOn, withClock } from './envelopes.ts'

const HOUR_MS = 3_600_000
const LONG = { idleTimeout: '9d' } as const
const UNAVAILABLE = { statusCode: 503 }

function failuresOf(store: StoredSessionStore): string[] {
  const failures: string[] = []
  store.events.on('backgroundError', ({ work, error }) => failures.push(`${work}: ${error.message}`))
  return failures
}

const callsWithin = async ({ transit }: EnvelopeStores, run: () => Promise<unknown>) => {
  const before = transit.calls.length
  await run()
  return transit.calls.slice(before).map(({ work }) => work)
}

forEachDatabase((target) => {
  describe('an unwrapped key', () => {
    const suite = envelopeStoresOn(target)
    const limits = { recheckAfter: '1h', refuseAfter: '3h' } as const

    test('is unwrapped again in the background after the soft limit, once for however many requests', async () => {
      await withClock(async (advance) => {
        const store = await suite.open(limits, LONG)
        const id = newId()
        await save(store, id, newSession({ user: 'ada' }))
        advance(HOUR_MS - 1)
        assert.deepEqual(await callsWithin(suite, () => loaded(store, id)), [])
        advance(1)
        suite.transit.hold()
        const calls = await callsWithin(suite, async () => {
          // The answer is held back: nobody waits for it.
          for (let n = 0; n < 20; n++) await loaded(store, id)
          await until('the service is asked', () => suite.transit.calls.at(-1)?.work === 'decrypt')
          suite.transit.letGo()
        })
        assert.deepEqual(calls, ['decrypt'])
      })
    })

    test('is used until the hard limit when the service does not give it again, and then it is a 503', async () => {
      await withClock(async (advance) => {
        const store = await suite.open(limits, LONG)
        const failures = failuresOf(store)
        const id = newId()
        await save(store, id, newSession({ user: 'ada' }))
        suite.transit.mode = 'error'
        advance(2 * HOUR_MS)
        for (let n = 0; n < 20; n++) await loaded(store, id)
        await until('that is an event', () => failures.length > 0)
        assert.deepEqual(failures, ['key rotation: the key service failed to unwrap: Vault answered 503'])
        advance(HOUR_MS - 1)
        await loaded(store, id)
        advance(1)
        await assert.rejects(load(store, id), UNAVAILABLE)
        await assert.rejects(save(store, newId(), newSession()), UNAVAILABLE)
        suite.transit.mode = 'well'
        advance(1_000)
        const calls = await callsWithin(suite, async () => {
          const sessions = await Promise.all(Array.from({ length: 20 }, () => loaded(store, id)))
          assert.deepEqual(new Set(sessions.map(({ user }) => user)), new Set(['ada']))
        })
        assert.deepEqual(calls, ['decrypt'])
        await save(store, newId(), newSession())
        assert.equal((await suite.keyIds()).length, 1)
      })
    })
  })

  describe('a clock that is set back', () => {
    const suite = envelopeStoresOn(target)

    test('lets no key seal for longer, and every key that sealed still opens', async () => {
      await withClock(async (advance) => {
        const store = await suite.open({}, LONG)
        const id = newId()
        await save(store, id, newSession({ user: 'ada' }))
        advance(-48 * HOUR_MS)
        await save(store, newId(), newSession())
        assert.equal((await suite.keyIds()).length, 2)
        advance(24 * HOUR_MS)
        await save(store, newId(), newSession())
        assert.equal((await suite.keyIds()).length, 3)
        advance(24 * HOUR_MS)
        assert.equal((await loaded(store, id)).user, 'ada')
      })
    })
  })

  describe('a store that closes', () => {
    const suite = envelopeStoresOn(target)

    /** A store that makes its next key in the background, while the service answers nobody. */
    async function renewing(advance: (ms: number) => void) {
      const store = await suite.open({ hardTimeout: '1m' }, LONG)
      const failures = failuresOf(store)
      await save(store, newId(), newSession())
      suite.transit.calls.length = 0
      suite.transit.hold()
      advance(21 * HOUR_MS)
      await save(store, newId(), newSession())
      await until('the service is asked', () => suite.transit.calls.length > 0)
      return { store, failures }
    }

    test('waits for a key that is being made', async () => {
      await withClock(async (advance) => {
        const { store, failures } = await renewing(advance)
        const closing = store.close()
        suite.transit.letGo()
        await closing
        assert.deepEqual(failures, [])
        assert.equal((await suite.keyIds()).length, 2)
      })
    })

    test('gives up a call that the service does not answer', async () => {
      await withClock(async (advance) => {
        const { store, failures } = await renewing(advance)
        await store.close()
        assert.deepEqual(failures, ['key rotation: the key service failed to wrap: the store is closing'])
        assert.equal((await suite.keyIds()).length, 1)
      })
    })
  })
})
