import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { Browser } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { counted } from '../support/counting.ts'
import { allRows, storedRow } from '../support/rows.ts'
import { until } from '../support/until.ts'

const MANY = 1_000
const HALF_PAST = Date.parse('2026-11-20T12:30:00Z')

const isRead = (statement: string) => /^\s*select/i.test(statement)

forEachDatabase((target) => {
  const suite = appSuite(target)
  const client = suite.opening(counted)
  let app: FastifyInstance

  before(async () => {
    app = await suite.openOn(client.drizzle)
    // The first use of a connection may ask the server about itself.
    const browser = new Browser(app)
    await browser.post('/login')
    await Promise.all(Array.from({ length: 8 }, () => browser.get('/me')))
    await suite.database.query('DELETE FROM stored_sessions')
  })
  beforeEach(() => {
    client.statements.length = 0
  })

  test(`${MANY} requests without a cookie cause no statement and no row`, async () => {
    const requests = [
      { method: 'GET', url: '/' },
      { method: 'GET', url: '/me' },
      { method: 'GET', url: '/no/such/page' },
      { method: 'OPTIONS', url: '/me' },
      { method: 'HEAD', url: '/' },
    ] as const
    for (let count = 0; count < MANY; count += 1) {
      const response = await app.inject(requests[count % requests.length]!)
      assert.equal(response.headers['set-cookie'], undefined)
    }
    assert.deepEqual(client.statements, [])
    assert.deepEqual(await allRows(suite.database), [])
  })

  test('cookies that no secret of ours signed cause no statement', async () => {
    const values = ['', 'a', 'a.b', `${'x'.repeat(32)}.${'y'.repeat(43)}`, '%00', '%ff', 'x'.repeat(8_000), '../..']
    for (const value of values) {
      const response = await app.inject({ method: 'GET', url: '/me', headers: { cookie: `sessionId=${value}` } })
      assert.equal(response.statusCode, 200)
      assert.deepEqual(response.json(), {})
    }
    assert.deepEqual(client.statements, [])
  })

  test(`${MANY} read-only requests in a row read once each and touch once`, async (t) => {
    // In the middle of an hour: a touch in another hour changes the hour of trimming, by a second statement on SQLite.
    t.mock.timers.enable({ apis: ['Date'], now: HALF_PAST })
    const browser = new Browser(app)
    const { id } = (await browser.post('/login')).json()
    t.mock.timers.setTime(HALF_PAST + 61_000)
    client.statements.length = 0
    for (let count = 0; count < MANY; count += 1) {
      const response = await browser.get('/me')
      assert.equal(response.headers['set-cookie'], undefined)
      assert.equal(response.json().userId, 'ada')
    }
    await until('the touch is stored', async () => (await storedRow(suite.database, id)).touchedAt === Date.now())
    const reads = client.statements.filter(isRead)
    const writes = client.statements.filter((statement) => /^\s*(update|insert|delete)/i.test(statement))
    assert.equal(reads.length, MANY)
    assert.equal(writes.length, 1)
  })

  test('read-only requests within the touch interval write nothing', async (t) => {
    const browser = new Browser(app)
    const { id } = (await browser.post('/login')).json()
    const before = await storedRow(suite.database, id)
    client.statements.length = 0
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 59_000 })
    for (let count = 0; count < 20; count += 1) await browser.get('/me')
    assert.ok(client.statements.every(isRead))
    assert.deepEqual(await storedRow(suite.database, id), before)
  })

  test(`${MANY} read-only requests, 64 at a time, share their reads`, async (t) => {
    const browser = new Browser(app)
    await browser.post('/login')
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 61_000 })
    client.statements.length = 0
    let left = MANY
    const visit = async () => {
      while (left > 0) {
        left -= 1
        assert.equal((await browser.get('/me')).json().userId, 'ada')
      }
    }
    await Promise.all(Array.from({ length: 64 }, visit))
    assert.ok(client.statements.length <= 100, `${client.statements.length} statements`)
  })

  test('a request that changes the session reads once and writes once', async () => {
    const browser = new Browser(app)
    await browser.post('/login')
    client.statements.length = 0
    await browser.post('/change', { n: 1 })
    await browser.post('/change', { n: 1 })
    assert.deepEqual(client.statements.map(isRead), [true, false, true])
  })
})
