import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { runScript } from '../support/script.ts'
import { secret } from '../support/stores.ts'

/** A script that registers the plugin and does this much with it. */
function script(database: string, more: string): string {
  return `
    import Fastify from 'fastify'
    import { storedSession } from './src/index.ts'
    const app = Fastify()
    const options = ${JSON.stringify({ database, secret, migrate: true, cookie: { secure: false } })}
    await app.register(storedSession, options)
    app.post('/change', async (request) => {
      request.session.n = 1
      return {}
    })
    await app.ready()
    ${more}
    console.log('last line')
  `
}

forEachDatabase((target) => {
  let database: TestDatabase

  before(async () => {
    database = await target.create()
  })
  after(() => database.drop())

  async function ends(more: string): Promise<void> {
    assert.deepEqual(await runScript(script(database.url, more)), { code: 0, output: 'last line\n', errors: '' })
  }

  test('a process that closes the application ends by itself', () =>
    ends(`await app.inject({ method: 'POST', url: '/change' })
      await app.close()`))

  test('a process that only registers the plugin ends by itself', () => ends(''))

  test('a process that leaves the application open ends by itself', () =>
    ends(`await app.inject({ method: 'POST', url: '/change' })`))
})
