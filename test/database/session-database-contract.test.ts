import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { memoryStorage } from '../../examples/memory-storage.ts'
import { openDatabase } from '../../src/database/open.ts'
import { envelopeKeys, type SessionDatabase } from '../../src/index.ts'
import {
  type ContractCheck,
  readSession,
  sessionDatabaseContract,
  signIn,
  memoryStorage as testStorage,
} from '../../src/testing/index.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { openApp } from '../support/app.ts'
import { userIdOf } from '../support/user-id.ts'
import { BROKEN_BINDINGS } from './broken-bindings.ts'
import { BROKEN_HISTORIES } from './broken-histories.ts'
import { BROKEN_LISTINGS } from './broken-listings.ts'
import { BROKEN_METADATA } from './broken-metadata.ts'
import { BROKEN_STORAGES, type StorageFault } from './broken-storages.ts'
import { BROKEN_UNSEALED_ROWS } from './broken-unsealed-rows.ts'

const BROKEN = { ...BROKEN_STORAGES, ...BROKEN_METADATA, ...BROKEN_BINDINGS }

forEachDatabase((target) => {
  let database: TestDatabase
  let opened: SessionDatabase
  before(async () => {
    database = await target.create()
    opened = await openDatabase(target.dialect, database.url, 'stored_sessions')
    await opened.migrate()
  })
  after(async () => {
    await opened.close()
    await database.drop()
  })
  for (const { name, run } of sessionDatabaseContract({ create: () => opened, hasListing: true })) test(name, run)
})

describe('the example of a storage of one’s own', () => {
  for (const { name, run } of sessionDatabaseContract({ create: memoryStorage })) test(name, run)

  test('holds the sessions of an application', async () => {
    const app = await openApp(memoryStorage(), { options: { user: userIdOf } })
    const cookie = await signIn(app, { userId: 'ada' })
    await app.inject({ method: 'POST', url: '/change', payload: { n: 1 }, headers: { cookie } })
    assert.deepEqual(await readSession(app, cookie), { userId: 'ada', n: 1 })
    assert.deepEqual(await app.storedSession.revoke({ user: 'ada' }), { revoked: 1 })
    assert.equal(await readSession(app, cookie), undefined)
    await app.close()
  })
})

describe('the storage in memory, for tests of applications', () => {
  for (const { name, run } of sessionDatabaseContract({ create: testStorage, hasListing: true })) test(name, run)

  test('holds the sessions of several applications, lists them, and keeps the keys that seal them', async () => {
    const storage = testStorage()
    const flipped = async (key: Uint8Array) => Buffer.from(key.map((byte) => byte ^ 0xff))
    const options = () => ({
      user: userIdOf,
      keys: envelopeKeys({ wrap: flipped, unwrap: flipped }),
    })
    const [one, other] = [
      await openApp(storage, { options: options() }),
      await openApp(storage, { options: options() }),
    ]
    const cookie = await signIn(one, { userId: 'ada' })
    assert.deepEqual(await readSession(other, cookie), { userId: 'ada' })
    assert.equal((await storage.keys!.read()).length, 1)
    assert.equal(await other.storedSession.count({ user: 'ada', state: 'live' }), 1)
    assert.equal((await one.storedSession.stats()).live, 1)
    assert.deepEqual(await other.storedSession.revoke({ all: true }), { revoked: 1 })
    assert.equal(await readSession(one, cookie), undefined)
    await Promise.all([one.close(), other.close()])
  })
})

const KEYS_OF_EVENTS = 'a key that sealed an event is used, whether it sealed a session or not'

describe('the contract for storages', () => {
  function namesBroken(fault: StorageFault): Promise<string[]> {
    const sound = memoryStorage()
    return failing(sessionDatabaseContract({ create: () => ({ ...sound, ...fault(sound) }) }))
  }

  async function failing(checks: ContractCheck[]): Promise<string[]> {
    const names: string[] = []
    for (const { name, run } of checks) await run().catch(() => names.push(name))
    return names
  }

  for (const [what, [promise, fault]] of Object.entries(BROKEN)) {
    test(`is not passed by a storage that ${what}`, async () => {
      const broken = await namesBroken(fault)
      assert.ok(
        broken.some((name) => name.startsWith(promise)),
        broken.join(', '),
      )
    })
  }

  for (const [what, [promise, fault]] of Object.entries(BROKEN_LISTINGS)) {
    test(`is not passed by a listing that ${what}`, async () => {
      const { listing, ...storage } = await openDatabase('sqlite', 'sqlite::memory:', 'stored_sessions')
      await storage.migrate()
      const faulty = { ...storage, listing: { ...listing!, ...fault(listing!) } }
      const broken = await failing(sessionDatabaseContract({ create: () => faulty, hasListing: true }))
      assert.ok(
        broken.some((name) => name.startsWith(promise)),
        broken.join(', '),
      )
      await storage.close()
    })
  }

  for (const [what, [promise, fault]] of Object.entries(BROKEN_UNSEALED_ROWS)) {
    test(`is not passed by a list of unsealed rows that ${what}`, async () => {
      const { unsealed, ...storage } = await openDatabase('sqlite', 'sqlite::memory:', 'stored_sessions')
      await storage.migrate()
      const faulty = { ...storage, unsealed: { ...unsealed!, ...fault(unsealed!) } }
      const checks = sessionDatabaseContract({ create: () => faulty }).filter(({ name }) => name.startsWith(promise))
      assert.equal((await failing(checks)).length, 1)
      await storage.close()
    })
  }

  for (const [what, [promise, fault]] of Object.entries(BROKEN_HISTORIES)) {
    test(`is not passed by a table of events that ${what}`, async () => {
      const { history, ...storage } = testStorage()
      const faulty = { ...storage, history: { ...history!, ...fault(history!) } }
      const broken = await failing(sessionDatabaseContract({ create: () => faulty }))
      assert.ok(
        broken.some((name) => name.startsWith(promise)),
        broken.join(', '),
      )
    })
  }

  test('is not passed by keys that are deleted while they seal events', async () => {
    const { history, ...storage } = testStorage()
    const { deleteUnused, ...keys } = testStorage().keys!
    const faulty = { ...storage, history: history!, keys: { ...keys, deleteUnused } }
    assert.deepEqual(await failing(sessionDatabaseContract({ create: () => faulty })), [KEYS_OF_EVENTS])
  })

  test('is not passed by a storage without the listing that it is said to have', async () => {
    const checks = sessionDatabaseContract({ create: memoryStorage, hasListing: true })
    assert.equal(
      (await failing(checks)).length,
      checks.length - sessionDatabaseContract({ create: memoryStorage }).length,
    )
  })

  test('has no promise that no storage breaks', () => {
    const everything = [BROKEN, BROKEN_LISTINGS, BROKEN_UNSEALED_ROWS, BROKEN_HISTORIES]
    const broken = everything.flatMap((faults) => Object.values<[string, unknown]>(faults))
    const promises = [...broken.map(([promise]) => promise), KEYS_OF_EVENTS]
    const unbroken = sessionDatabaseContract({ create: memoryStorage, hasListing: true }).filter(
      ({ name }) => !promises.some((promise) => name.startsWith(promise)),
    )
    assert.deepEqual(
      unbroken.map(({ name }) => name),
      [],
    )
  })

  test('is not passed by a storage that does not open', async () => {
    const checks = sessionDatabaseContract({ create: () => Promise.reject(new Error('no connection')) })
    for (const { run } of checks) await assert.rejects(run, /no connection/)
  })
})
