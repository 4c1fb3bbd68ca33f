import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { openDatabase } from '../../src/database/open.ts'
import { StoredSessionStore, type StoreOptions } from '../../src/index.ts'
import { sessionDatabaseContract } from '../../src/testing/index.ts'
import { findingsOf, theOne, wrongIn } from '../doctor/findings.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import type { LocalServer } from '../harness/local-server.ts'
import { POOL_SIZE, type PoolerSettings, pgbouncerServer, pooledUrl } from '../harness/pgbouncer-server.ts'
import { createPooledDatabase, maxPreparedStatements, pooledNames } from '../harness/pooled-database.ts'
import { runsWithoutViolations } from '../history/no-violations.ts'
import { assertNoDamage } from '../races/no-damage.ts'
import { contentOf, load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { addDueRows, countRows } from '../trimming/due-rows.ts'

/** More than the pooler has connections. */
const STORES = 2 * POOL_SIZE

// `npm test -- --databases=postgres-pooled,postgres-pooled-prepared` runs whole suites through a pooler.
forEachDatabase((target) => {
  if (target.name !== 'postgres') return
  const serverUrl = process.env.TEST_POSTGRES_URL!

  /** A pooler that runs while the tests of a suite do. */
  function poolerWith(settings: PoolerSettings): { server: LocalServer } {
    const pooler = {} as { server: LocalServer }
    before(async () => {
      pooler.server = await pgbouncerServer(serverUrl, settings)
      await pooler.server.start()
    })
    after(() => pooler.server?.remove())
    return pooler
  }

  for (const name of pooledNames) {
    describe(name === 'postgres-pooled' ? 'with prepare=false' : 'with prepared statements of the pooler', () => {
      const pooler = poolerWith({ maxPreparedStatements: maxPreparedStatements[name] })
      let database: TestDatabase
      before(async () => {
        database = await createPooledDatabase(name, pooler.server.url, serverUrl)
      })
      after(() => database.drop())

      const openAll = () =>
        Promise.all(Array.from({ length: STORES }, () => openDatabase('pg', database.url, 'stored_sessions')))

      test('stores that migrate at once make one schema', async () => {
        const databases = await openAll()
        await Promise.all(databases.map((one) => one.migrate()))
        await Promise.all(databases.map((one) => one.check()))
        await Promise.all(databases.map((one) => one.close()))
      })

      test('a storage keeps the contract', async (t) => {
        const opened = await openDatabase('pg', database.url, 'stored_sessions')
        for (const { name: promise, run } of sessionDatabaseContract({ create: () => opened, hasListing: true }))
          await t.test(promise, run)
        await opened.close()
      })

      test('clients take turns on few connections, and each finds what it saved', async () => {
        const stores = Array.from({ length: STORES }, () => storeOn({ database: database.url }))
        const saved = await Promise.all(
          Array.from({ length: 20 * STORES }, async (_, n) => {
            const [id, store] = [newId(), stores[n % STORES]!]
            await save(store, id, newSession({ n }))
            return contentOf(await loaded(store, id)).n
          }),
        )
        assert.deepEqual(saved, [...saved.keys()])
        const count = `SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()
          AND backend_type = 'client backend' AND pid <> pg_backend_pid()`
        // One that was closed before, by whoever made the tables, may still be ending.
        await until(`more than one and at most ${POOL_SIZE} connections are there`, async () => {
          const [row] = await database.query(count)
          return Number(row!.n) > 1 && Number(row!.n) <= POOL_SIZE
        })
        await Promise.all(stores.map((store) => store.close()))
      })

      test('no interleaving revives a session or loses a save', async (t) => {
        await assertNoDamage(t, database, ['save loaded', 'destroy'])
      })

      test('no random history loses, revives, outlives, mixes up or refuses anything', async (t) => {
        await runsWithoutViolations(t, database, 400)
      })

      test('of several stores that trim at once one does, with a lock and with a lease', async () => {
        for (const lock of ['auto', 'lease'] as const) {
          const stores = Array.from({ length: 3 }, () => storeOn({ database: database.url, trim: { lock } }))
          await database.query('DELETE FROM stored_sessions')
          await addDueRows(database, stores[0]!, 200)
          const results = await Promise.all(stores.map((store) => store.trim({ batchSize: 20 })))
          assert.deepEqual(results.map(({ stopped }) => stopped).sort(), ['done', 'locked', 'locked'])
          assert.equal(
            results.reduce((sum, { trimmed }) => sum + trimmed, 0),
            200,
          )
          assert.equal(await countRows(database), 0)
          await Promise.all(stores.map((store) => store.close()))
        }
      })

      test('a store whose pooler lost the server, or was killed and started again, goes on without a restart', async () => {
        const store = storeOn({ database: database.url })
        const id = newId()
        await save(store, id, newSession({ n: 1 }))
        const others = 'FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'
        const isRead = () => load(store, id).then((session) => session?.n === 1, isUnavailable)
        await database.query(`SELECT pg_terminate_backend(pid) ${others}`)
        await until('the session is read again', isRead)
        await pooler.server.kill()
        assert.equal(await isRead(), false)
        await pooler.server.start()
        await until('the session is read by way of the new pooler', isRead)
        await store.close()
      })

      test('the doctor is content', async () => {
        assert.deepEqual(wrongIn(await findingsOf(database)), [])
        assert.match(theOne(await findingsOf(database), 'pooler').message, /transaction mode/)
      })
    })
  }

  describe('a pooler that loses prepared statements', () => {
    const pooler = poolerWith({ maxPreparedStatements: 0 })

    test('is a fault for the doctor, and none when the URL says prepare=false', async () => {
      const database = await migratedDatabase()
      const url = database.url.replace('?prepare=false', '')
      const found = theOne(await findingsOf({ url }), 'pooler')
      assert.equal(found.level, 'fault')
      assert.match(found.message, /loses prepared statements/)
      assert.match(found.remedy!, /\?prepare=false .*max_prepared_statements/)
      assert.deepEqual(theOne(await findingsOf(database), 'pooler').level, 'ok')
      await database.drop()
    })

    test('is none for a Pool of pg, which is sent statements without a name as soon as one is lost', async () => {
      const database = await migratedDatabase()
      const pool = new pg.Pool({ connectionString: database.url, max: STORES })
      const store = storeOn({ database: drizzle(pool) })
      const ids = Array.from({ length: 50 }, newId)
      for (let round = 0; round < 3; round++) {
        await Promise.all(ids.map((id) => save(store, id, newSession({ id, round }))))
        const sessions = await Promise.all(ids.map((id) => loaded(store, id)))
        assert.deepEqual(
          sessions.map(contentOf),
          ids.map((id) => ({ id, round })),
        )
      }
      const found = theOne(await findingsOf(database, { database: drizzle(pool) }), 'pooler')
      assert.equal(found.level, 'ok')
      assert.match(found.message, /loses prepared statements/)
      await store.close()
      await pool.end()
      await database.drop()
    })

    async function migratedDatabase(): Promise<TestDatabase> {
      const database = await createPooledDatabase('postgres-pooled', pooler.server.url, serverUrl)
      const opened = await openDatabase('pg', database.url, 'stored_sessions')
      await opened.migrate()
      await opened.close()
      return database
    }
  })

  describe('a pooler that keeps a connection for each client', () => {
    const pooler = poolerWith({ maxPreparedStatements: 0, mode: 'session' })

    test('loses nothing, and the doctor says so', async () => {
      const database = await target.create()
      const found = theOne(await findingsOf({ url: pooledUrl(pooler.server.url, database.url) }), 'pooler')
      assert.deepEqual(found.level, 'ok')
      assert.match(found.message, /pooler in session mode/)
      await database.drop()
    })
  })
})

/** That it cannot be told now is no session that is gone. */
function isUnavailable(error: { code?: unknown }): false {
  assert.equal(error.code, 'FST_STORED_SESSION_UNAVAILABLE')
  return false
}

const storeOn = (options: Pick<StoreOptions, 'database'> & Partial<StoreOptions>) =>
  new StoredSessionStore({ secret, trim: false, ...options })
