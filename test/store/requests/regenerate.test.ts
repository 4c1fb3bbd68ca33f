import assert from 'node:assert/strict'
import { afterEach, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../../harness/databases.ts'
import { Browser, cookieLines, sessionOf } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { failingDatabase } from '../../support/failing-database.ts'
import { rowOf, storedRow, unendedRows } from '../../support/rows.ts'

forEachDatabase((target) => {
  const suite = appSuite(target)
  const failing = suite.opening(failingDatabase)
  let app: FastifyInstance
  // What the handler of /regenerate saw of the old cookie before it answered.
  let within: unknown

  before(async () => {
    app = await suite.openOn(failing.database, {
      routes(app) {
        app.post<{ Body: { keep?: string[] } }>('/regenerate', async (request) => {
          const { sessionId } = request.cookies
          await request.session.regenerate(request.body.keep ?? [])
          within = (await new Browser(app, { sessionId: sessionId! }).get('/me')).json()
          return { id: request.session.sessionId }
        })
        app.post('/regenerate-with-callback', (request, reply) => {
          request.session.regenerate((error) => reply.send({ failed: Boolean(error) }))
        })
        app.post('/regenerate-and-go-on', async (request) => {
          await request.session.regenerate().catch(() => {})
          sessionOf(request).userId = 'grace'
          return { id: request.session.sessionId }
        })
        app.post('/regenerate-twice', async (request) => {
          await request.session.regenerate()
          const between = request.session.sessionId
          await request.session.regenerate()
          return { id: request.session.sessionId, between }
        })
      },
    })
  })
  afterEach(() => failing.failing.clear())

  const aliveRows = async () => (await unendedRows(suite.database)).length

  async function signedIn(): Promise<{ browser: Browser; id: string; cookies: Record<string, string> }> {
    const browser = new Browser(app)
    const { id } = (await browser.post('/login')).json()
    await browser.post('/change', { n: 1 })
    return { browser, id, cookies: browser.cookies() }
  }

  test('after regenerate() the old cookie is an empty session at once, before the request has ended', async () => {
    const { browser, id, cookies } = await signedIn()
    const response = await browser.post('/regenerate')
    assert.deepEqual(within, { endReason: 'destroyed' })
    assert.deepEqual((await new Browser(app, cookies).get('/me')).json(), { endReason: 'destroyed' })
    assert.equal(cookieLines(response).length, 1)
    assert.notEqual(response.json().id, id)
    const { endedAt, data } = await storedRow(suite.database, id)
    assert.ok(endedAt !== null && data.length === 0)
  })

  test('regenerate() keeps the keys that it is given, and no others', async () => {
    const { browser } = await signedIn()
    await browser.post('/regenerate', { keep: ['userId'] })
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
    await browser.post('/regenerate')
    assert.deepEqual((await browser.get('/me')).json(), {})
  })

  test('regenerate() twice in one request leaves one session', async () => {
    const { browser } = await signedIn()
    const alive = await aliveRows()
    const { id, between } = (await browser.post('/regenerate-twice')).json()
    assert.equal(await aliveRows(), alive)
    assert.equal((await storedRow(suite.database, id)).endedAt, null)
    assert.notEqual((await rowOf(suite.database, between))?.endedAt, null)
  })

  for (const url of ['/regenerate', '/regenerate-and-go-on']) {
    test(`when the old session cannot be ended, ${url} answers 503 and the old session alone stays valid`, async () => {
      const { browser, id, cookies } = await signedIn()
      const alive = await aliveRows()
      failing.failing.add('end')
      const response = await browser.post(url)
      failing.failing.clear()
      assert.equal(response.statusCode, 503)
      assert.doesNotMatch(response.body, /10\.0\.0\.7|ECONNRESET/)
      assert.deepEqual(cookieLines(response), [])
      assert.equal(await aliveRows(), alive)
      assert.equal((await storedRow(suite.database, id)).endedAt, null)
      assert.deepEqual((await new Browser(app, cookies).get('/me')).json(), { userId: 'ada', n: 1 })
    })
  }

  test('regenerate(callback) hands on that the old session could not be ended', async () => {
    const { browser, cookies } = await signedIn()
    const alive = await aliveRows()
    failing.failing.add('end')
    const response = await browser.post('/regenerate-with-callback')
    failing.failing.clear()
    assert.equal(response.statusCode, 503)
    assert.equal(await aliveRows(), alive)
    assert.deepEqual((await new Browser(app, cookies).get('/me')).json(), { userId: 'ada', n: 1 })
  })

  test('when the new session cannot be stored, the request ends with 503 and the old session is over', async () => {
    const { browser, cookies } = await signedIn()
    const alive = await aliveRows()
    failing.failing.add('insert')
    const response = await browser.post('/regenerate')
    failing.failing.clear()
    assert.equal(response.statusCode, 503)
    assert.doesNotMatch(response.body, /10\.0\.0\.7|ECONNRESET/)
    assert.equal(await aliveRows(), alive - 1)
    assert.deepEqual((await new Browser(app, cookies).get('/me')).json(), { endReason: 'destroyed' })
    assert.equal((await browser.post('/login')).statusCode, 200)
  })

  test('signing in answers 503 while nothing can be stored, and works when it is tried again', async () => {
    const browser = new Browser(app)
    failing.failing.add('insert')
    const response = await browser.post('/login')
    assert.equal(response.statusCode, 503)
    assert.deepEqual(browser.cookies(), {})
    failing.failing.clear()
    assert.equal((await browser.post('/login')).statusCode, 200)
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
  })
})
