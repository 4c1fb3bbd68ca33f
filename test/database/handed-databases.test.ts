import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, mock, test } from 'node:test'
import { PGlite } from '@electric-sql/pglite'
import { createClient } from '@libsql/client'
import { drizzle as drizzleLibsql } from 'drizzle-orm/libsql'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import type { SessionDatabase } from '../../src/database/contract/session-database.ts'
import { openDatabase } from '../../src/database/open.ts'
import { checkUp } from '../../src/doctor/checkup.ts'
import { type StoredSessionOptions, StoredSessionStore } from '../../src/index.ts'
import { sessionDatabaseContract } from '../../src/testing/index.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { openApp } from '../support/app.ts'
import { contentOf, load, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'
import { signIn, visitorOf } from '../support/visitor.ts'

/** A database that has no URL, and exists only as what the application opened. */
interface Handed {
  readonly database: StoredSessionOptions['database']
  query(text: string): Promise<unknown>
  close(): unknown
}

const HANDED: Record<string, { dialect: SessionDatabase['dialect']; open(): Promise<Handed> }> = {
  PGlite: {
    dialect: 'pg',
    async open() {
      const client = new PGlite()
      await client.waitReady
      return { database: drizzlePglite(client), query: (text) => client.query(text), close: () => client.close() }
    },
  },
  libSQL: {
    dialect: 'sqlite',
    async open() {
      const folder = temporaryFolder('libsql')
      const client = createClient({ url: `file:${join(folder, 'sessions.db')}` })
      await client.execute('pragma journal_mode = WAL')
      const close = () => {
        client.close()
        rmSync(folder, { recursive: true, force: true })
      }
      return { database: drizzleLibsql(client), query: (text) => client.execute(text), close }
    },
  },
  'libSQL in memory, with big integers': inMemory('bigint'),
  'libSQL in memory, with integers as text': inMemory('string'),
}

function inMemory(intMode: 'bigint' | 'string'): (typeof HANDED)[string] {
  return {
    dialect: 'sqlite',
    async open() {
      const client = createClient({ url: ':memory:', intMode })
      return { database: drizzleLibsql(client), query: (text) => client.execute(text), close: () => client.close() }
    },
  }
}

const HOUR_MS = 3_600_000

for (const [name, { dialect, open }] of Object.entries(HANDED)) {
  describe(name, () => {
    let handed: Handed
    let opened: SessionDatabase
    before(async () => {
      handed = await open()
      opened = await openDatabase(dialect, handed.database as never, 'contract')
      await opened.migrate()
    })
    after(async () => {
      mock.timers.reset()
      await handed.close()
    })

    for (const { name, run } of sessionDatabaseContract({ create: () => opened, hasListing: true })) test(name, run)

    test('holds the sessions of applications, from the start to trimming, and stays open', async () => {
      const options = { user: userIdOf }
      const one = await openApp(handed.database, { options })
      const other = await openApp(handed.database, { options })
      const visitor = await signIn(one)
      const there = visitorOf(other, visitor.id, visitor.sessionId)
      // Both read the same version, so that one of them loses and merges.
      await Promise.all([visitor.post('/change', { n: 1 }), there.post('/change', { m: 2 })])
      const store = one.storedSession.store as StoredSessionStore
      assert.deepEqual(contentOf((await load(store, visitor.id))!), { userId: 'ada', n: 1, m: 2 })
      const { sessions } = await other.storedSession.list({ user: 'ada' })
      assert.deepEqual(
        sessions.map(({ handle, state }) => [handle, state]),
        [[store.handle({ sessionId: visitor.id }), 'live']],
      )
      assert.equal((await one.storedSession.stats()).live, 1)
      assert.equal((await one.storedSession.health()).ok, true)
      await there.post('/logout')
      assert.equal((await visitor.me()).endReason, 'destroyed')
      mock.timers.enable({ apis: ['Date'], now: Date.now() + 4 * HOUR_MS })
      assert.equal((await one.storedSession.trim()).trimmed, 1)
      mock.timers.reset()
      await Promise.all([one.close(), other.close()])
      await handed.query('select 1')
    })

    test('is trimmed by one process at a time, and migrated only once', async () => {
      const stores = [0, 1].map(
        () => new StoredSessionStore({ database: handed.database, secret, trim: false, migrate: true, table: 'twice' }),
      )
      await Promise.all(stores.map((store) => store.ready()))
      const ids = Array.from({ length: 20 }, newId)
      await Promise.all(ids.map((id) => save(stores[0]!, id, newSession({ n: 1 }))))
      mock.timers.enable({ apis: ['Date'], now: Date.now() + 4 * HOUR_MS })
      const rounds = await Promise.all(stores.map((store) => store.trim({ batchSize: 5 })))
      mock.timers.reset()
      assert.equal(
        rounds.reduce((sum, { trimmed }) => sum + trimmed, 0),
        ids.length,
      )
      await Promise.all(stores.map((store) => store.close()))
    })

    test('without the table, stops the start with the command to run', async () => {
      const store = new StoredSessionStore({
        database: handed.database,
        secret,
        trim: false,
        migrate: false,
        table: 'none',
      })
      await assert.rejects(store.ready(), { code: 'FST_STORED_SESSION_MISSING_TABLE' })
    })

    test('is found in order by the doctor', async () => {
      const settings = { source: 'test', options: { database: handed.database, secret } }
      const surroundings = { now: Date.now, folder: process.cwd(), isProduction: false }
      const findings = await checkUp(settings as never, surroundings)
      assert.deepEqual(
        findings.filter(({ level }) => level === 'fault'),
        [],
      )
      assert.ok(findings.some(({ check, level }) => check === 'schema' && level === 'ok'))
    })
  })
}
