import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../../harness/databases.ts'
import { addRememberRoute, addRotateRoute, Browser, cookieLines, sessionOf } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { gatedDatabase } from '../../support/gated-database.ts'
import { type Pause, pause } from '../../support/paused-routes.ts'
import { userIdOf } from '../../support/user-id.ts'
import { heirOf, rotated, signIn } from '../../support/visitor.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const OVERLAP = 10_000

/** Which cookie the responses of requests leave behind whose session gets another id meanwhile, in a process they do not know. */
forEachDatabase((target) => {
  const suite = appSuite(target, { now: 1_732_100_000_000 })
  const { pass } = suite
  const gated = suite.opening(gatedDatabase)
  let ours: FastifyInstance
  let theirs: FastifyInstance
  let slow: Pause

  before(async () => {
    slow = pause()
    const options = { user: userIdOf, rotationOverlap: OVERLAP, touchInterval: MINUTE }
    ours = await suite.openOn(gated.database, {
      options,
      routes(app) {
        addRotateRoute(app)
        slow.route(app, '/slow-read', (request) => ({ userId: sessionOf(request).userId }))
        slow.route(app, '/slow-save', async (request) => {
          await request.session.save()
          return { userId: sessionOf(request).userId }
        })
        addRememberRoute(app)
      },
    })
    theirs = await suite.open({ options, routes: addRotateRoute })
  })
  beforeEach(() => suite.database.query('DELETE FROM stored_sessions'))

  /** A request that has its session, and waits before it does anything, of somebody whose cookie is due to be sent again. */
  async function slowRequest(url: string) {
    const visitor = await signIn(ours)
    await visitor.post('/remember', { maxAge: 12 * HOUR })
    pass(2 * MINUTE)
    const reading = visitor.post(url)
    await slow.entered()
    return { visitor, reading }
  }

  for (const [what, url] of [
    ['renews its use', '/slow-read'],
    ['saves it as it is', '/slow-save'],
  ] as const) {
    test(`a slow request that ${what} does not send the old id once more`, async () => {
      const { visitor, reading } = await slowRequest(url)
      await rotated(theirs, visitor)
      slow.resume()
      const response = await reading
      assert.deepEqual([response.statusCode, response.json()], [200, { userId: 'ada' }])
      assert.deepEqual(cookieLines(response), [])
    })

    test(`a slow request that ${what} sends the cookie again when nobody rotated it`, async () => {
      const { reading } = await slowRequest(url)
      slow.resume()
      assert.equal(cookieLines(await reading).length, 1)
    })
  }

  test('when the database cannot tell whether the id was rotated, the browser keeps the cookie that it has', async () => {
    const { reading } = await slowRequest('/slow-save')
    const { database: wrapped } = gated
    const { read } = wrapped
    wrapped.read = () => Promise.reject(Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' }))
    slow.resume()
    const response = await reading
    wrapped.read = read
    assert.deepEqual([response.statusCode, cookieLines(response)], [200, []])
  })

  test('a response that was told the id is the present one, before its own process rotated it, does not send it', async () => {
    const { visitor, reading } = await slowRequest('/slow-save')
    const look = gated.hold('read', 'after')
    slow.resume()
    await look.arrived
    const heir = await rotated(ours, visitor)
    look.release()
    assert.deepEqual(cookieLines(await reading), [])
    assert.deepEqual(await heir.me(), { userId: 'ada' })
  })

  test('a late response to an old id leaves the new cookie of its browser alone, whatever became of its session', async () => {
    const browser = new Browser(ours)
    await browser.post('/login')
    const { sessionId: old } = browser.cookies()
    assert.equal((await browser.post('/rotate')).json().rotated, true)
    pass(2 * OVERLAP)
    for (const url of ['/me', '/nowhere']) {
      const response = await ours.inject({ url, cookies: { sessionId: old! } })
      assert.deepEqual(cookieLines(response), [], url)
    }
    const loggingOut = await ours.inject({ method: 'POST', url: '/logout', cookies: { sessionId: old! } })
    assert.deepEqual(cookieLines(loggingOut), [])
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
  })

  test('a late response to an old id within its time leaves the cookie of a later session alone', async () => {
    const browser = new Browser(ours)
    await browser.post('/login')
    const { sessionId: old } = browser.cookies()
    assert.equal((await browser.post('/rotate')).json().rotated, true)
    await browser.post('/login')
    for (const trimmed of [false, true]) {
      // Nothing is left of the session, but the row that points to it.
      if (trimmed) await suite.database.query("DELETE FROM stored_sessions WHERE end_reason = 'destroyed'")
      for (const url of ['/me', '/nowhere']) {
        const response = await ours.inject({ url, cookies: { sessionId: old! } })
        assert.deepEqual(cookieLines(response), [], url)
      }
    }
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
  })

  test('a rotation whose session ended before its last step sends no cookie', async () => {
    const browser = new Browser(ours)
    await browser.post('/login')
    const { sessionId: old } = browser.cookies()
    const givingUp = gated.hold('replace', 'before')
    const rotating = ours.inject({ method: 'POST', url: '/rotate', cookies: { sessionId: old! } })
    await givingUp.arrived
    const lastStep = gated.hold('replace', 'before')
    givingUp.release()
    await lastStep.arrived
    const signingIn = await theirs.inject({ method: 'POST', url: '/login', cookies: { sessionId: old! } })
    assert.equal(cookieLines(signingIn).length, 1)
    lastStep.release()
    assert.deepEqual(cookieLines(await rotating), [])
  })

  test('who signs in by an old id after its time gets the new cookie', async () => {
    const visitor = await signIn(ours)
    await rotated(ours, visitor)
    pass(2 * OVERLAP)
    const response = await visitor.post('/login')
    assert.equal(cookieLines(response).length, 1)
    assert.deepEqual(await heirOf(ours, response).me(), { userId: 'ada' })
  })
})
