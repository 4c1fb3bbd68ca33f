import assert from 'node:assert/strict'
import { afterEach, mock, test } from 'node:test'
import { type KeyProvider, StoredSessionStore, type StoreOptions, staticKeys } from '../../src/index.ts'
import { openApp } from '../support/app.ts'
import { loaded, newSession, save } from '../support/sessions.ts'
import { secret } from '../support/stores.ts'
import { namedKey } from './named-key.ts'

const DAY = 86_400_000
const NOW = Date.parse('2026-11-20T12:00:00Z')
const keysSince = (since: number) =>
  staticKeys([
    { ...namedKey('key'), since },
    { ...namedKey('old'), since: 0 },
  ])

async function daysTold(keys: KeyProvider | undefined, options: Partial<StoreOptions> = {}): Promise<number[]> {
  const store = new StoredSessionStore({ database: 'sqlite::memory:', secret, ...(keys && { keys }), ...options })
  const days: number[] = []
  store.events.on('keyAge', (event) => days.push(event.days))
  await store.ready()
  await store.close()
  return days
}

afterEach(() => mock.timers.reset())

test('a key that seals for longer than 90 days is told of once at start', async () => {
  mock.timers.enable({ apis: ['Date'], now: NOW })
  assert.deepEqual(await daysTold(keysSince(NOW - 90 * DAY)), [])
  assert.deepEqual(await daysTold(keysSince(NOW - 90 * DAY - 1)), [90])
  assert.deepEqual(await daysTold(keysSince(NOW - 400.5 * DAY)), [400])
  assert.deepEqual(await daysTold(keysSince(NOW + DAY)), [])
})

test('the age is an option, and can be turned off', async () => {
  mock.timers.enable({ apis: ['Date'], now: NOW })
  assert.deepEqual(await daysTold(keysSince(NOW - 8 * DAY), { warnKeyAge: '7d' }), [8])
  assert.deepEqual(await daysTold(keysSince(NOW - 8 * DAY), { warnKeyAge: 9 * DAY }), [])
  assert.deepEqual(await daysTold(keysSince(0), { warnKeyAge: false }), [])
})

test('keys that do not say since when they seal are not told of', async () => {
  assert.deepEqual(await daysTold(undefined), [])
  assert.deepEqual(await daysTold(staticKeys([namedKey('key')])), [])
})

test('the log says how old the key is and what to do, and nothing of the key', async () => {
  const lines: string[] = []
  const app = await openApp('sqlite::memory:', {
    options: { keys: keysSince(Date.now() - 100 * DAY) },
    server: { logger: { level: 'trace', stream: { write: (line: string) => void lines.push(line) } } },
  })
  await app.close()
  const [warning, ...more] = lines.filter((line) => line.includes('the key that seals sessions is old'))
  assert.deepEqual(more, [])
  assert.equal(JSON.parse(warning!).days, 100)
  assert.ok(!warning!.includes(Buffer.from(namedKey('key').key as Uint8Array).toString('base64')))
})

test('a provider that is down at start stops nothing: what needs a key is a 503, until it is back', async () => {
  for (const fail of [
    () => Promise.reject(new Error('kms.internal is down')),
    () => assert.fail('kms.internal is down'),
  ]) {
    const real = staticKeys([namedKey('key')])
    let isDown = true
    const keys: KeyProvider = {
      current: () => (isDown ? (fail() as never) : real.current()),
      find: (id) => (isDown ? (fail() as never) : real.find(id)),
    }
    const store = new StoredSessionStore({ database: 'sqlite::memory:', keys })
    await store.ready()
    const unavailable = { code: 'FST_STORED_SESSION_UNAVAILABLE', statusCode: 503 }
    await assert.rejects(save(store, 'an-id', newSession({ n: 1 })), unavailable)
    await assert.rejects(store.reencrypt(), unavailable)
    isDown = false
    await save(store, 'an-id', newSession({ n: 1 }))
    isDown = true
    await assert.rejects(loaded(store, 'an-id'), unavailable)
    isDown = false
    assert.equal((await loaded(store, 'an-id')).n, 1)
    await store.close()
  }
})
