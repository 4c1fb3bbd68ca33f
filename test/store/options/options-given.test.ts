import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import Fastify from 'fastify'
import { StoredSessionStore, storedSession } from '../../../src/index.ts'
import { secret } from './options-faults.ts'

test('a store keeps what the application gave, with the options of the plugin, for the doctor', async () => {
  const app = Fastify()
  const given = { database: 'sqlite::memory:', secret, migrate: true, cookie: { secure: false }, cookieName: 'sid' }
  await app.register(storedSession, given)
  assert.deepEqual(app.storedSession.store.givenOptions(), given)
  await app.close()
  const alone = { database: 'sqlite::memory:', secret }
  assert.deepEqual(new StoredSessionStore(alone).givenOptions(), alone)
})

test('what the application gave is in no text of a store', () => {
  const store = new StoredSessionStore({ database: 'sqlite::memory:', secret })
  const texts = [inspect(store, { depth: 20, showHidden: true }), JSON.stringify(store), String(store)]
  for (const text of texts) assert.ok(!text.includes(secret))
})
