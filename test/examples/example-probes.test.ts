import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { probedApp } from '../../examples/probes.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { secret } from '../support/stores.ts'
import { until } from '../support/until.ts'

forEachDatabase((target) => {
  let database: TestDatabase
  let app: FastifyInstance

  before(async () => {
    database = await target.create()
    app = await probedApp({ database: database.url, secret, migrate: true }, 20)
  })
  after(async () => {
    await app.close()
    await database.drop()
  })

  const statusOf = async (url: string) => (await app.inject(url)).statusCode

  test('the probes of the example follow the database, but for that of the process itself', async () => {
    await until('under-pressure has asked', async () => (await statusOf('/status')) === 200)
    assert.deepEqual([await statusOf('/live'), await statusOf('/ready'), await statusOf('/')], [200, 200, 200])

    await database.query('ALTER TABLE stored_sessions RENAME TO elsewhere')
    const ready = await app.inject('/ready')
    assert.equal(ready.statusCode, 503)
    assert.deepEqual(Object.keys(ready.json()).toSorted(), ['code', 'dialect', 'latency', 'ok', 'waiting'])
    assert.ok(!ready.body.includes('stored_sessions') && !ready.body.includes(new URL(database.url).host || '/'))
    await until('under-pressure knows', async () => (await statusOf('/')) === 503)
    assert.equal(await statusOf('/live'), 200)

    await database.query('ALTER TABLE elsewhere RENAME TO stored_sessions')
    assert.equal(await statusOf('/ready'), 200)
    await until('under-pressure knows', async () => (await statusOf('/')) === 200)
  })
})
