import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { drizzle as drizzleNodePostgres } from 'drizzle-orm/node-postgres'
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js'
import pg from 'pg'
import postgres from 'postgres'
import { StoredSessionStore, type StoreOptions } from '../../src/index.ts'
import { databases } from '../harness/databases.ts'
import { PostgresPair } from '../harness/postgres-pair.ts'
import { TcpProxy } from '../harness/tcp-proxy.ts'
import type { TestDatabase } from '../harness/test-database.ts'
import { openApp } from '../support/app.ts'
import { secret } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { signIn } from '../support/visitor.ts'

// `test/torture/torture-standby.test.ts` has URLs that name the primary and its standbys.
if (databases.some(({ name }) => name === 'postgres')) {
  describe('one address that leads to a standby', () => {
    let pair: PostgresPair
    let database: TestDatabase
    const urlOn = (server: { url: string }) =>
      new URL(new URL(database.url.replace(/,[^/]+/, '')).pathname, server.url).href
    before(async () => {
      pair = await PostgresPair.start('asynchronous')
      database = await pair.createDatabase()
      const app = await openApp(urlOn(pair.primary))
      await app.close()
      const standby = postgres(urlOn(pair.standby), { max: 1, onnotice: () => {} })
      await until('the standby has the table', async () =>
        standby`select 1 from stored_sessions`.then(
          () => true,
          () => false,
        ),
      )
      await standby.end()
    })
    after(() => pair?.remove())

    async function start(handed: StoreOptions['database'], options: Partial<StoreOptions> = {}): Promise<void> {
      const store = new StoredSessionStore({ database: handed, secret, trim: false, ...options })
      await store.ready().finally(() => store.close())
    }

    const refused = { code: 'FST_STORED_SESSION_UNREACHABLE', message: /the server is a standby/ }

    test('is refused at start, by name, with and without migrations', async () => {
      await assert.rejects(start(urlOn(pair.standby)), refused)
      await assert.rejects(start(urlOn(pair.standby), { migrate: true }), refused)
      await start(urlOn(pair.primary))
    })

    test('is refused of a pool of the application', async () => {
      const pool = new pg.Pool({ connectionString: urlOn(pair.standby) })
      await assert.rejects(start(drizzleNodePostgres(pool)), refused)
      await pool.end()
      const sql = postgres(urlOn(pair.standby), { onnotice: () => {} })
      await assert.rejects(start(drizzlePostgresJs(sql), { migrate: true }), refused)
      await sql.end()
    })

    test('is a 503 behind a load balancer, and never takes a session for one that does not exist', async () => {
      const balancer = await TcpProxy.open(urlOn(pair.primary))
      const app = await openApp(balancer.url, { options: { migrate: false } })
      const before = await signIn(app)
      balancer.leadTo(pair.standby.url)
      balancer.reset()
      for (let round = 0; round < 5; round++) {
        const response = await app.inject({ url: '/me', cookies: { sessionId: before.sessionId } })
        assert.deepEqual([response.statusCode, response.cookies], [503, []])
      }
      balancer.leadTo(pair.primary.url)
      balancer.reset()
      await until('it is found again', async () => (await before.me()).userId === 'ada')
      await app.close()
      await balancer.close()
    })
  })
}
