import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { storedSession } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { Browser, cookieLines, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { failingDatabase } from '../support/failing-database.ts'
import { allRows, storedRow } from '../support/rows.ts'
import { secret } from '../support/stores.ts'

forEachDatabase((target) => {
  const suite = appSuite(target)
  const failing = suite.opening(failingDatabase)
  let app: FastifyInstance

  before(async () => {
    app = await suite.openOn(failing.database, {
      options: { cookie: { path: '/app', secure: false } },
      routes(app) {
        for (const path of ['/app', '/app/inside', '/application', '/outside']) {
          app.post(path, async ({ session }) => {
            const keys = Object.keys(session)
            Object.assign(session, { visited: true })
            return { keys, isSession: 'sessionId' in session }
          })
        }
      },
    })
  })

  for (const path of ['/outside', '/application']) {
    test(`${path} is outside of the cookie's path: its session is an empty object, and nothing is asked or stored`, async () => {
      const browser = new Browser(app)
      await browser.post('/app')
      failing.asked.length = 0
      const response = await browser.post(path)
      assert.deepEqual([response.statusCode, response.json()], [200, { keys: [], isSession: false }])
      assert.deepEqual([cookieLines(response), failing.asked], [[], []])
    })
  }

  for (const path of ['/app', '/app/inside', '/app?query=1']) {
    test(`${path} is inside of the cookie's path: its session is stored, with a cookie of this path`, async () => {
      const browser = new Browser(app)
      const response = await browser.post(path)
      assert.match(cookieLines(response).join(), /; Path=\/app;/)
      assert.deepEqual((await browser.post(path)).json(), { keys: ['cookie', 'visited'], isSession: true })
    })
  }

  test('two plugins with cookies of their own live in one process, on one table, without meeting', async () => {
    const rows = (await allRows(suite.database)).length
    const shop = await suite.open({ options: { cookieName: 'shop' } })
    const office = await suite.open({ options: { cookieName: 'office' } })
    const [customer, clerk] = [new Browser(shop), new Browser(office)]
    await customer.post('/login')
    const { id } = (await clerk.post('/login')).json()
    await clerk.post('/change', { n: 2 })
    assert.equal((await allRows(suite.database)).length, rows + 2)
    const cookies = { ...customer.cookies(), ...clerk.cookies() }
    assert.deepEqual(Object.keys(cookies), ['shop', 'office'])
    assert.deepEqual((await new Browser(shop, cookies).get('/me')).json(), { userId: 'ada' })
    assert.deepEqual((await new Browser(office, cookies).get('/me')).json(), { userId: 'ada', n: 2 })
    const out = await new Browser(shop, cookies).post('/logout')
    assert.deepEqual([cookieLines(out, 'shop').length, cookieLines(out, 'office').length], [1, 0])
    assert.deepEqual((await new Browser(shop, cookies).get('/me')).json(), { endReason: 'destroyed' })
    assert.deepEqual((await new Browser(office, cookies).get('/me')).json(), { userId: 'ada', n: 2 })
    assert.equal((await storedRow(suite.database, id)).endedAt, null)
    await Promise.all([shop.close(), office.close()])
  })

  test('two plugins in two scopes of one application each have their session', async () => {
    const app = Fastify()
    for (const scope of ['shop', 'office']) {
      await app.register(
        async (inner) => {
          await inner.register(storedSession, {
            database: suite.database.url,
            secret,
            trim: false,
            cookieName: scope,
            cookie: { secure: false, path: `/${scope}` },
          })
          inner.get('/', async (request) => {
            const count = ((sessionOf(request)[scope] as number) ?? 0) + 1
            sessionOf(request)[scope] = count
            return { count }
          })
        },
        { prefix: `/${scope}` },
      )
    }
    const browser = new Browser(app)
    for (const count of [1, 2]) {
      for (const scope of ['shop', 'office']) assert.deepEqual((await browser.get(`/${scope}/`)).json(), { count })
    }
    await app.close()
  })
})
