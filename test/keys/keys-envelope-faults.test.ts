import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import { openDatabase } from '../../src/database/open.ts'
import { envelopeKeys, StoredSessionStore, type StoreOptions } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import type { TransitServer } from '../support/transit-server.ts'
import { until } from '../support/until.ts'
import { envelopeStoresOn, withClock } from './envelopes.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const UNAVAILABLE = { code: 'FST_STORED_SESSION_UNAVAILABLE', statusCode: 503, message: /^The session store is not/ }
const MODES: TransitServer['mode'][] = ['error', 'never', 'short keys', 'no JSON']

forEachDatabase((target) => {
  describe('a key service', () => {
    const suite = envelopeStoresOn(target)

    for (const mode of MODES) {
      test(`that answers with "${mode}" is a 503 for whoever needs a key, never no session`, async () => {
        await withClock(async (advance) => {
          const id = newId()
          await save(await suite.open(), id, newSession({ user: 'ada' }))
          suite.transit.mode = mode
          const store = await suite.open({ softTimeout: 50, hardTimeout: 100 }, { warnKeyAge: false })
          const unreadable: unknown[] = []
          store.events.on('unreadable', (event) => unreadable.push(event))
          await assert.rejects(load(store, id), UNAVAILABLE)
          await assert.rejects(save(store, newId(), newSession()), UNAVAILABLE)
          assert.deepEqual(unreadable, [])
          suite.transit.mode = 'well'
          advance(1_000)
          assert.equal((await loaded(store, id)).user, 'ada')
          assert.equal((await suite.keyIds()).length, 1)
        })
      })
    }

    test('that fails is left in peace for a second, however many requests come', async () => {
      await withClock(async (advance) => {
        const id = newId()
        await save(await suite.open(), id, newSession({ user: 'ada' }))
        const reader = await suite.open({}, { warnKeyAge: false })
        suite.transit.mode = 'error'
        const calls = suite.transit.calls.length
        for (let n = 0; n < 20; n++) await assert.rejects(load(reader, id), UNAVAILABLE)
        assert.equal(suite.transit.calls.length, calls + 1)
        await suite.database.query('DELETE FROM stored_sessions_keys')
        const writer = await suite.open({}, { warnKeyAge: false })
        for (let n = 0; n < 20; n++) await assert.rejects(save(writer, newId(), newSession()), UNAVAILABLE)
        assert.equal(suite.transit.calls.length, calls + 2)
        suite.transit.mode = 'well'
        advance(1_000)
        await save(writer, newId(), newSession())
      })
    })

    test('that is slower than a key lives is a 503 after two keys, not a key after the other for ever', async () => {
      await withClock(async (advance) => {
        let wraps = 0
        const keys = envelopeKeys({
          rotateEvery: '1m',
          wrap: async (key) => {
            wraps++
            advance(MINUTE_MS)
            return key.map((byte) => byte ^ 0xff)
          },
          unwrap: async (wrapped) => wrapped.map((byte) => byte ^ 0xff),
        })
        const store = await suite.open({}, { warnKeyAge: false, keys })
        await assert.rejects(save(store, newId(), newSession()), UNAVAILABLE)
        assert.equal(wraps, 2)
      })
    })

    test('that is down while a key is good goes unnoticed, but for an event', async () => {
      await withClock(async (advance) => {
        const store = await suite.open({}, { idleTimeout: '9d' })
        const works: string[] = []
        store.events.on('backgroundError', ({ work }) => works.push(work))
        const id = newId()
        await save(store, id, newSession({ user: 'ada' }))
        suite.transit.mode = 'error'
        advance(23 * HOUR_MS)
        const calls = suite.transit.calls.length
        for (let i = 0; i < 10; i++) await save(store, newId(), newSession())
        await until('there is an event', () => works.length > 0)
        assert.equal(suite.transit.calls.length, calls + 1)
        assert.deepEqual(works, ['key rotation'])
        advance(HOUR_MS)
        await assert.rejects(save(store, newId(), newSession()), UNAVAILABLE)
        assert.equal((await loaded(store, id)).user, 'ada')
        suite.transit.mode = 'well'
        advance(1_000)
        await save(store, newId(), newSession())
        assert.equal((await suite.keyIds()).length, 2)
      })
    })

    test('that is slow raises an event while it is', async () => {
      const id = newId()
      await save(await suite.open(), id, newSession())
      suite.transit.hold()
      const store = await suite.open({ softTimeout: 20 }, { warnKeyAge: false })
      const slow: unknown[] = []
      store.events.on('slowKeyService', (event) => slow.push(event))
      const loading = loaded(store, id)
      await until('there is an event', () => slow.length > 0)
      suite.transit.letGo()
      await loading
      assert.deepEqual(slow, [{ call: 'unwrap', ms: 20 }])
    })

    test('that does not answer stops no start', async () => {
      await withClock(async (advance) => {
        suite.transit.mode = 'error'
        const store = await suite.open()
        suite.transit.mode = 'well'
        advance(1_000)
        await save(store, newId(), newSession())
      })
    })

    test('whose client quotes the key in its error has it hidden', async () => {
      const keys: Buffer[] = []
      const store = await suite.open(
        {},
        {
          warnKeyAge: false,
          keys: envelopeKeys({
            wrap: async (key) => {
              keys.push(Buffer.from(key))
              const body = { plaintext: key.toString('base64') }
              throw Object.assign(new Error(`refused: ${JSON.stringify(body)} ${key.toString('hex')}`), { body })
            },
            unwrap: async (wrapped) => wrapped,
          }),
        },
      )
      const error = await save(store, newId(), newSession()).catch((error) => error)
      assert.match(inspect(error), /the key service failed to wrap: refused/)
      for (const shown of [inspect(error, { depth: null, showHidden: true }), JSON.stringify(error), error.stack]) {
        for (const form of ['hex', 'base64'] as const) {
          assert.equal(shown.includes(keys[0]!.toString(form).slice(0, 12)), false)
        }
      }
    })

    test('that does not really wrap is refused before anything is sealed', async () => {
      const broken: Partial<Record<string, Parameters<typeof envelopeKeys>[0]>> = {
        'as it is': { wrap: async (key) => key, unwrap: async (wrapped) => wrapped },
        'does not return': { wrap: async () => Buffer.from('x'), unwrap: async () => Buffer.alloc(32, 'a') },
        '1 to 65535 bytes': { wrap: async () => 'text' as never, unwrap: async (wrapped) => wrapped },
        'must return bytes': { wrap: async () => Buffer.from('x'), unwrap: async () => 'text' as never },
      }
      for (const [message, calls] of Object.entries(broken)) {
        const store = await suite.open({}, { warnKeyAge: false, keys: envelopeKeys(calls!) })
        const error = await save(store, newId(), newSession()).catch((error) => error)
        assert.equal(error.statusCode, 503)
        assert.match(error.cause.message, new RegExp(message))
      }
      assert.deepEqual(await suite.keyIds(), [])
    })
  })

  describe('the table of keys', () => {
    const suite = envelopeStoresOn(target)
    const keys = envelopeKeys({ wrap: async (key) => key, unwrap: async (wrapped) => wrapped })

    const start = async (options: Partial<StoreOptions>) => {
      const store = new StoredSessionStore({ database: suite.database.url, secret, trim: false, ...options })
      return store.ready().finally(() => store.close())
    }

    test('that fails at reading is a 503, never no session', async () => {
      const id = newId()
      await save(await suite.open(), id, newSession({ user: 'ada' }))
      const store = await suite.open({}, { warnKeyAge: false })
      await suite.database.query('ALTER TABLE stored_sessions_keys RENAME TO elsewhere')
      await assert.rejects(load(store, id), UNAVAILABLE)
      await suite.database.query('ALTER TABLE elsewhere RENAME TO stored_sessions_keys')
      assert.equal((await loaded(store, id)).user, 'ada')
    })

    test('that is missing stops the start of those alone who need it', async () => {
      await suite.database.query('ALTER TABLE stored_sessions_keys RENAME TO elsewhere')
      await start({ migrate: false })
      const message = /the table "stored_sessions_keys" is missing\. Run: DATABASE_URL=… npx stored-session migrate/
      await assert.rejects(start({ migrate: false, keys }), { code: 'FST_STORED_SESSION_MISSING_TABLE', message })
      await suite.database.query('ALTER TABLE elsewhere RENAME TO stored_sessions_keys')
      await start({ migrate: false, keys })
    })

    test('is asked of a storage that has none, by name', async () => {
      const { keys: table, ...database } = await openDatabase(target.dialect, suite.database.url, 'stored_sessions')
      assert.notEqual(table, undefined)
      const message = /keys cannot be envelopeKeys with a storage that has no "keys"/
      await assert.rejects(start({ migrate: false, database, keys }), { message })
      await start({ migrate: false, database })
      await database.close()
    })
  })
})
