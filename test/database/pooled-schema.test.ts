import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoredSessionStore } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { pgbouncerServer } from '../harness/pgbouncer-server.ts'
import { createPooledDatabase, maxPreparedStatements, pooledNames } from '../harness/pooled-database.ts'
import { loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'

/** Sessions of each of two applications. */
const COUNT = 20

forEachDatabase((target) => {
  if (target.name !== 'postgres') return
  const serverUrl = process.env.TEST_POSTGRES_URL!

  for (const name of pooledNames) {
    test(`through a pooler, the schema of a URL is that of its clients alone: ${name}`, async () => {
      const pooler = await pgbouncerServer(serverUrl, { maxPreparedStatements: maxPreparedStatements[name] })
      await pooler.start()
      const database = await createPooledDatabase(name, pooler.url, serverUrl)
      await database.query('create schema other')
      const inOther = new URL(database.url)
      inOther.searchParams.set('schema', 'other')
      const stores = [database.url, inOther.href].map(
        (url) => new StoredSessionStore({ database: url, secret, migrate: true, trim: false }),
      )
      const ids = Array.from({ length: 2 * COUNT }, newId)
      const storeOf = (n: number) => stores[n % 2]!
      await Promise.all(ids.map((id, n) => save(storeOf(n), id, newSession({ n }))))
      const found = await Promise.all(ids.map(async (id, n) => (await loaded(storeOf(n), id)).n))
      assert.deepEqual(found, [...ids.keys()])
      await Promise.all(stores.map((store) => store.close()))
      for (const schema of ['public', 'other']) {
        const [row] = await database.query(`select count(*) as n from ${schema}.stored_sessions where ended_at is null`)
        assert.equal(Number(row!.n), COUNT, schema)
      }
      await database.drop()
      await pooler.remove()
    })
  }
})
