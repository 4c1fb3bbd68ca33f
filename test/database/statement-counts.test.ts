import assert from 'node:assert/strict'
import { Agent, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { before, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { Browser } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { counted } from '../support/counting.ts'
import { allRows, storedRow } from '../support/rows.ts'
import { until } from '../support/until.ts'

const MANY = 1_000
const CONNECTIONS = 64

const kindOf = (statement: string) => statement.trim().slice(0, 6).toLowerCase()

forEachDatabase((target) => {
  const suite = appSuite(target)
  const client = suite.opening(counted)
  let app: FastifyInstance

  const kinds = () => client.statements.map(kindOf)

  before(async () => {
    app = await suite.openOn(client.drizzle)
    await app.listen({ port: 0, host: '127.0.0.1' })
    // The first use of a connection may ask the server about itself.
    const browser = new Browser(app)
    await browser.post('/login')
    await Promise.all(Array.from({ length: 8 }, () => browser.get('/me')))
  })
  beforeEach(() => {
    client.statements.length = 0
  })

  test(`${MANY} read-only requests over ${CONNECTIONS} connections share their reads, and touch once`, async (t) => {
    const browser = new Browser(app)
    const { id } = (await browser.post('/login')).json()
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 61_000 })
    client.statements.length = 0
    const answers = await overConnections(app, browser.cookies())
    assert.deepEqual(new Set(answers), new Set(['{"userId":"ada"}']))
    await until('the touch is stored', async () => (await storedRow(suite.database, id)).touchedAt === Date.now())
    const writes = kinds().filter((kind) => /insert|update|delete/.test(kind))
    assert.ok(client.statements.length <= 100, `${client.statements.length} statements`)
    assert.deepEqual(writes, ['update'])
  })

  test('signing in from nothing is one INSERT, and one UPDATE of what was put in after regenerate()', async () => {
    await new Browser(app).post('/login')
    assert.deepEqual(kinds(), ['insert', 'update'])
  })

  test('signing in anew reads the old session, ends it, and stores the new one', async () => {
    const browser = new Browser(app)
    await browser.post('/login')
    client.statements.length = 0
    await browser.post('/login')
    assert.deepEqual(kinds(), ['select', 'update', 'insert', 'update'])
  })

  test('signing out is one read and one UPDATE, and what comes after it reads only', async () => {
    const browser = new Browser(app)
    await browser.post('/login')
    const cookies = browser.cookies()
    client.statements.length = 0
    await browser.post('/logout')
    assert.deepEqual(kinds(), ['select', 'update'])
    client.statements.length = 0
    await new Browser(app, cookies).get('/me')
    assert.deepEqual(kinds(), ['select'])
  })

  test('visitors who change nothing leave no statement and no row', async () => {
    const rows = (await allRows(suite.database)).length
    const answers = await overConnections(app, {})
    assert.equal(answers.length, MANY)
    assert.deepEqual(client.statements, [])
    assert.equal((await allRows(suite.database)).length, rows)
  })
})

/** Reads over real connections, where requests arrive as the network brings them; resolves with what was answered. */
async function overConnections(app: FastifyInstance, cookies: Record<string, string>): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const { port } = app.server.address() as AddressInfo
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`)
  const options = { agent, port, host: '127.0.0.1', path: '/me', headers: cookie.length > 0 ? { cookie } : {} }
  const ask = () =>
    new Promise<string>((resolve, reject) => {
      get(options, (response) => text(response).then(resolve, reject)).on('error', reject)
    })
  const answers = await Promise.all(Array.from({ length: MANY }, ask))
  agent.destroy()
  return answers
}
