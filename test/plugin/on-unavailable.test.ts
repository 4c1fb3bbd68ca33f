import assert from 'node:assert/strict'
import { afterEach, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { cookieLines, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { failingDatabase } from '../support/failing-database.ts'
import { allRows } from '../support/rows.ts'
import { signIn, type Visitor } from '../support/visitor.ts'

/** What a handler may try with a session, each as a route of its own. */
const ATTEMPTS: Record<string, (session: ReturnType<typeof sessionOf>) => unknown> = {
  write: (session) => {
    session.n = 1
  },
  remove: (session) => {
    delete session.userId
  },
  define: (session) => Object.defineProperty(session, 'n', { value: 1 }),
  set: (session) => session.set('n' as never, 1 as never),
  'set-the-cookie': (session) => {
    session.cookie.maxAge = 60_000
  },
  save: (session) => session.save(),
  regenerate: (session) => session.regenerate(),
  destroy: (session) => session.destroy(),
  reload: (session) => session.reload(),
}

forEachDatabase((target) => {
  const suite = appSuite(target)
  const failing = suite.opening(failingDatabase)
  let app: FastifyInstance

  before(async () => {
    app = await suite.openOn(failing.database, {
      options: { onUnavailable: 'anonymous' },
      routes(app) {
        app.get('/look', async (request) => {
          const { userId, cookie, sessionId } = sessionOf(request)
          const isEmpty = Object.keys(request.session).join() === 'cookie' && request.session.isModified() === false
          return {
            anonymous: request.sessionUnavailable,
            userId: userId ?? 'nobody',
            isEmpty,
            path: cookie.path,
            hasId: typeof sessionId === 'string',
          }
        })
        for (const [name, attempt] of Object.entries(ATTEMPTS)) {
          app.post(`/${name}`, async (request) => {
            await attempt(sessionOf(request))
            return {}
          })
        }
        app.post('/reload-later', async (request) => {
          failing.failing.add('read')
          await request.session.reload()
          return {}
        })
        app.post('/destroy-with-callback', (request, reply) => {
          request.session.destroy((error?: Error) => void reply.send(error ?? {}))
        })
      },
    })
  })
  afterEach(() => failing.failing.clear())

  const look = ({ sessionId }: Visitor) => app.inject({ url: '/look', cookies: { sessionId } })

  test('with onUnavailable anonymous, a request whose session cannot be read goes on without it', async () => {
    const visitor = await signIn(app)
    const before = await allRows(suite.database)
    failing.failing.add('read')
    const response = await look(visitor)
    assert.equal(response.statusCode, 200)
    const anonymous = { anonymous: true, userId: 'nobody', isEmpty: true, path: '/', hasId: true }
    assert.deepEqual(response.json(), anonymous)
    assert.deepEqual(cookieLines(response), [])
    assert.deepEqual(await allRows(suite.database), before)
    failing.failing.clear()
    assert.deepEqual((await look(visitor)).json(), {
      ...anonymous,
      anonymous: false,
      userId: 'ada',
      isEmpty: false,
    })
  })

  for (const name of [...Object.keys(ATTEMPTS), 'destroy-with-callback']) {
    test(`an anonymous session takes no change: /${name} is a 503 that says when to come again`, async () => {
      const visitor = await signIn(app)
      const before = await allRows(suite.database)
      failing.failing.add('read')
      const response = await visitor.post(`/${name}`)
      assert.equal(response.statusCode, 503)
      assert.equal(response.json().code, 'FST_STORED_SESSION_UNAVAILABLE')
      assert.equal(response.headers['retry-after'], '2')
      assert.deepEqual(cookieLines(response), [])
      assert.deepEqual(await allRows(suite.database), before)
      failing.failing.clear()
      assert.deepEqual(await visitor.me(), { userId: 'ada' })
    })
  }

  test('a request without a session is no anonymous one, and a save that fails is still a 503', async () => {
    assert.equal((await app.inject('/look')).json().anonymous, false)
    failing.failing.add('insert')
    assert.equal((await app.inject({ method: 'POST', url: '/write' })).statusCode, 503)
    failing.failing.clear()
    const visitor = await signIn(app)
    failing.failing.add('update')
    const response = await visitor.post('/write')
    assert.deepEqual([response.statusCode, cookieLines(response)], [503, []])
  })

  test('a reload() that fails in a handler is an error, and the session it had is not emptied', async () => {
    const visitor = await signIn(app)
    const before = await allRows(suite.database)
    const response = await visitor.post('/reload-later')
    assert.deepEqual([response.statusCode, cookieLines(response)], [503, []])
    assert.deepEqual(await allRows(suite.database), before)
  })
})
