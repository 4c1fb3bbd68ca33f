import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { addRotateRoute, Browser, cookieLines, type sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'

const CLEARED = 'sessionId=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly'
const FORMER = CLEARED.replace('Path=/', 'Path=/app')

/** What a handler does before it writes the response itself. */
const WORKS: Record<string, (request: Parameters<typeof sessionOf>[0], app: FastifyInstance) => unknown> = {
  async save({ session }) {
    Object.assign(session, { userId: 'grace' })
    await session.save()
  },
  async regenerate(request) {
    await request.session.regenerate(['userId' as never])
  },
  rotate: (request, app) => app.storedSession.rotateId(request),
  destroy: ({ session }) => session.destroy(),
  read() {},
  change: ({ session }) => Object.assign(session, { userId: 'unsaved' }),
}

forEachDatabase((target) => {
  const suite = appSuite(target)
  let app: FastifyInstance

  before(async () => {
    app = await suite.open({
      options: { cookie: { secure: false, former: [{ path: '/app' }] } },
      routes(app) {
        addRotateRoute(app)
        app.post<{ Params: { work: string } }>('/raw/:work', async (request, reply) => {
          await WORKS[request.params.work]!(request, app)
          reply.hijack()
          reply.raw.writeHead(200, { 'set-cookie': app.storedSession.setCookieHeader(request) })
          reply.raw.end('raw')
        })
      },
    })
  })

  async function raw(browser: Browser, work: string): Promise<string[]> {
    const response = await browser.post(`/raw/${work}`)
    assert.deepEqual([response.statusCode, response.body], [200, 'raw'])
    return cookieLines(response)
  }

  const userId = async (browser: Browser) => (await browser.get('/me')).json().userId

  test('a raw response sets the cookie of a session that it stored', async () => {
    const browser = new Browser(app)
    const [former, line, ...others] = await raw(browser, 'save')
    assert.deepEqual([former, others], [FORMER, []])
    assert.match(line!, /^sessionId=[^;]{60,}; Path=\/; HttpOnly$/)
    assert.equal(await userId(browser), 'grace')
  })

  for (const work of ['regenerate', 'rotate']) {
    test(`a raw response sets the cookie of the id that ${work} made`, async () => {
      const browser = new Browser(app)
      await browser.post('/login')
      const { sessionId } = browser.cookies()
      assert.equal((await raw(browser, work)).length, 2)
      assert.notEqual(browser.cookies().sessionId, sessionId)
      assert.equal(await userId(browser), 'ada')
    })
  }

  test('a raw response clears the cookie of a session that it ended', async () => {
    const browser = new Browser(app)
    await browser.post('/login')
    assert.deepEqual(await raw(browser, 'destroy'), [FORMER, CLEARED])
  })

  for (const work of ['read', 'change']) {
    test(`a raw response that stored nothing (${work}) has no line about the cookie`, async () => {
      const browser = new Browser(app)
      assert.deepEqual(await raw(browser, work), [])
      await browser.post('/login')
      assert.deepEqual(await raw(browser, work), [])
      assert.equal(await userId(browser), 'ada')
    })
  }
})
