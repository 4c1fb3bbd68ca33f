import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { Browser, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { allRows, storedRow } from '../support/rows.ts'
import { loaded, newSession, save } from '../support/sessions.ts'
import { newId } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'

const REQUESTS = 60

forEachDatabase((target) => {
  const suite = appSuite(target)

  before(async () => {
    for (const _application of ['one', 'other']) await openConcurrentApp()
  })

  for (const count of [1, 2]) {
    test(`of many requests of one session at once none loses its change, in ${count} application(s)`, async () => {
      const browser = new Browser(suite.apps[0]!)
      const { id } = (await browser.post('/login')).json()
      const cookies = browser.cookies()
      const responses = await Promise.all(
        Array.from({ length: REQUESTS }, (_, n) =>
          new Browser(suite.apps[n % count]!, cookies).post('/change', { [`key${n}`]: n }),
        ),
      )
      assert.deepEqual([...new Set(responses.map(({ statusCode }) => statusCode))], [200])
      const content = (await browser.get('/see')).json()
      for (let n = 0; n < REQUESTS; n++) assert.equal(content[`key${n}`], n)
      assert.ok((await storedRow(suite.database, id)).version <= REQUESTS + 2)
    })
  }

  test('many requests that save at once and an end among them leave the session ended', async () => {
    const browser = new Browser(suite.apps[0]!)
    const { id } = (await browser.post('/login')).json()
    const cookies = browser.cookies()
    const requests = Array.from({ length: REQUESTS }, (_, n) => {
      const someone = new Browser(suite.apps[n % 2]!, cookies)
      return n === REQUESTS / 2
        ? someone.post('/logout')
        : someone.post('/change', { userId: 'revived', [`key${n}`]: n })
    })
    const responses = await Promise.all(requests)
    assert.deepEqual([...new Set(responses.map(({ statusCode }) => statusCode))], [200])
    const { endedAt, data } = await storedRow(suite.database, id)
    assert.ok(endedAt !== null && data.length === 0)
    assert.deepEqual((await new Browser(suite.apps[1]!, cookies).get('/me')).json(), { endReason: 'destroyed' })
  })

  test('many visitors without a cookie at once each get a session of their own', async () => {
    const before = (await allRows(suite.database)).length
    const visitors = Array.from({ length: REQUESTS }, () => new Browser(suite.apps[0]!))
    await Promise.all(visitors.map((visitor, n) => visitor.post('/change', { n })))
    assert.equal((await allRows(suite.database)).length, before + REQUESTS)
    const seen = await Promise.all(visitors.map(async (visitor) => (await visitor.get('/me')).json().n))
    assert.deepEqual(seen, [...visitors.keys()])
  })

  test('a revocation during many logins and saves ends every session that there was', async () => {
    const visitors = Array.from({ length: REQUESTS }, (_, n) => new Browser(suite.apps[n % 2]!))
    await Promise.all(visitors.map((visitor) => visitor.post('/login')))
    const cookies = visitors.map((visitor) => visitor.cookies())
    const saves = visitors.map((visitor, n) => visitor.post('/change', { n }))
    const logins = Array.from({ length: 100 }, (_, n) => new Browser(suite.apps[n % 2]!).post('/login'))
    const revocation = suite.apps[1]!.storedSession.revoke({ user: 'ada' })
    const late = cookies.map((held, n) =>
      new Browser(suite.apps[n % 2]!, held).post('/change', { userId: 'ada', late: n }),
    )
    const responses = await Promise.all([...saves, ...logins, ...late])
    assert.deepEqual([...new Set(responses.map(({ statusCode }) => statusCode))], [200])
    assert.ok((await revocation).revoked >= REQUESTS)
    for (const held of cookies) {
      assert.deepEqual((await new Browser(suite.apps[0]!, held).get('/me')).json(), { endReason: 'revoked' })
    }
  })

  test('hundreds of first saves of one id at once are no error, and one row', async () => {
    const id = newId()
    const before = (await allRows(suite.database)).length
    const stores = suite.apps.map((app) => app.storedSession.store)
    await Promise.all(Array.from({ length: 500 }, (_, n) => save(stores[n % 2]!, id, newSession({ n: 1 }))))
    assert.equal((await allRows(suite.database)).length, before + 1)
    assert.equal((await storedRow(suite.database, id)).version, 1)
    assert.equal((await loaded(stores[0]!, id)).n, 1)
  })

  function openConcurrentApp(): Promise<FastifyInstance> {
    return suite.open({
      options: { user: userIdOf },
      routes(app) {
        app.get('/see', async (request) => {
          const { cookie, ...content } = Object.fromEntries(Object.entries(sessionOf(request)))
          return content
        })
      },
    })
  }
})
