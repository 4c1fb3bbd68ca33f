import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../../harness/databases.ts'
import { Browser, cookieLines } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { type Pause, pause } from '../../support/paused-routes.ts'
import { userIdOf } from '../../support/user-id.ts'

/** Requests of one session, which becomes that of another user while they are under way. */
forEachDatabase((target) => {
  const suite = appSuite(target)
  let app: FastifyInstance
  let slow: Pause
  const gone: unknown[] = []

  before(async () => {
    slow = pause()
    app = await suite.open({
      options: { user: userIdOf },
      routes(app) {
        slow.route(app, '/slow-change', async (request) => {
          Object.assign(request.session, request.body)
          await request.session.save()
          const { cookie, ...content } = Object.fromEntries(Object.entries(request.session))
          return content
        })
        app.get('/all', async (request) => {
          const { cookie, ...content } = Object.fromEntries(Object.entries(request.session))
          return content
        })
      },
    })
    app.storedSession.on('gone', (event) => gone.push(event))
  })
  beforeEach(() => {
    gone.length = 0
  })

  /** A request of the first content changes something, after another one made the session one of the second content. */
  async function meet(first: object, second: object, change: object) {
    const browser = new Browser(app)
    await browser.post('/change', first)
    const { sessionId } = browser.cookies()
    const slowly = browser.post('/slow-change', change)
    await slow.entered()
    await browser.post('/change', second)
    slow.resume()
    const response = await slowly
    const stored = (await app.inject({ url: '/all', cookies: { sessionId: sessionId! } })).json()
    return { response, stored }
  }

  for (const [what, first, second, change, stored] of [
    [
      'a key',
      { userId: 'ada', cart: 1 },
      { userId: 'bob', cart: null },
      { note: "ada's" },
      { userId: 'bob', cart: null },
    ],
    ['a role', { userId: 'ada', role: 'user' }, { userId: 'bob' }, { role: 'admin' }, { userId: 'bob', role: 'user' }],
    ['the user', { userId: 'ada' }, { userId: 'bob' }, { userId: 'grace', n: 1 }, { userId: 'bob' }],
    ['a key of a user who left', { userId: 'ada' }, { userId: null }, { note: "ada's" }, { userId: null }],
    [
      'the user, as another one signs in',
      { n: 0 },
      { userId: 'ada', n: 1 },
      { userId: 'bob' },
      { userId: 'ada', n: 1 },
    ],
  ] as const) {
    test(`a request that changes ${what} is dropped when the session is that of somebody else by now`, async () => {
      const outcome = await meet(first, second, change)
      assert.deepEqual(outcome.stored, stored)
      assert.equal(outcome.response.statusCode, 200)
      assert.deepEqual(cookieLines(outcome.response), [], 'the cookie stays: it opens what is stored')
      assert.equal(gone.length, 1)
    })
  }

  for (const [what, first, second, change, stored] of [
    ['of one user', { userId: 'ada' }, { other: 1 }, { n: 1 }, { userId: 'ada', other: 1, n: 1 }],
    ['of a visitor who signs in meanwhile', { n: 0 }, { userId: 'ada' }, { cart: 1 }, { n: 0, userId: 'ada', cart: 1 }],
    ['of a user who leaves', { userId: 'ada' }, { other: 1 }, { userId: null }, { userId: null, other: 1 }],
  ] as const) {
    test(`changes ${what} are merged`, async () => {
      const outcome = await meet(first, second, change)
      assert.deepEqual(outcome.stored, stored)
      assert.deepEqual(gone, [])
    })
  }
})
