import assert from 'node:assert/strict'
import { after, afterEach, before, describe, mock, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { StoredSessionOptions } from '../../src/index.ts'
import { type LimitedSessionOptions, limitedSession } from '../../src/limits/limited-session.ts'
import { databases } from '../harness/databases.ts'
import { limitedApp, VISITS_KEY } from '../limits/application.ts'
import { hostKinds, type SessionHost } from '../limits/session-hosts.ts'
import { addRememberRoute, Browser } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { allRows } from '../support/rows.ts'
import { until } from '../support/until.ts'
import { signIn } from '../support/visitor.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Where a grain of five minutes begins. */
const START = 1_732_100_100_000

const pass = (ms: number) => mock.timers.setTime(Date.now() + ms)
const startClock = () => mock.timers.enable({ apis: ['Date'], now: START })

// The names of these tests are what docs/from-rails.md has of the README of limited_sessions.
for (const { name, open: openHost } of hostKinds.filter(({ name }) => /^MemoryStore|secure-session$/.test(name))) {
  describe(`LimitedSessions::Expiry is limitedSession with ${name}:`, () => {
    let host: SessionHost
    let app: FastifyInstance

    before(async () => {
      host = await openHost()
      startClock()
    })
    afterEach(() => app.close())
    after(async () => {
      mock.timers.reset()
      await host.close()
    })

    async function signedIn(limits: LimitedSessionOptions): Promise<Browser> {
      app = await limitedApp(host, limits)
      const browser = new Browser(app)
      await browser.post('/login')
      return browser
    }

    async function seen(browser: Browser): Promise<{ userId?: string; endReason?: string }> {
      const { id, ...me } = (await browser.get('/me')).json()
      return me
    }

    test('recent_activity: 2.hours', async () => {
      const browser = await signedIn({ idleTimeout: '2h' })
      pass(2 * HOUR)
      assert.deepEqual(await seen(browser), { userId: 'ada' })
      pass(2 * HOUR + 5 * MINUTE)
      assert.deepEqual(await seen(browser), { endReason: 'idle' })
    })

    test('max_session: 24.hours', async () => {
      const browser = await signedIn({ absoluteTimeout: '24h' })
      for (let hours = 1; hours < 24; hours += 1) {
        pass(HOUR)
        assert.deepEqual(await seen(browser), { userId: 'ada' })
      }
      pass(HOUR)
      assert.deepEqual(await seen(browser), { endReason: 'absolute' })
    })

    test('one limit or both', async () => {
      for (const [limits, endReason] of [
        [{ idleTimeout: '2h' }, 'idle'],
        [{ absoluteTimeout: '1d' }, 'absolute'],
        [{ idleTimeout: '2h', absoluteTimeout: '2d' }, 'idle'],
      ] as const) {
        const browser = await signedIn(limits)
        pass(DAY)
        assert.deepEqual(await seen(browser), { endReason })
      }
      await assert.rejects(signedIn({}), /idleTimeout or absoluteTimeout must be given/)
    })

    test(':last_visit and :first_visit', async () => {
      const browser = await signedIn({ idleTimeout: '2h', absoluteTimeout: '1d' })
      const firstVisit = Date.now()
      pass(11 * MINUTE)
      await browser.get('/me')
      const { visits } = (await browser.get('/visits')).json()
      assert.deepEqual(visits, { firstVisit, lastVisit: Math.floor(Date.now() / (5 * MINUTE)) * 5 * MINUTE })
      assert.equal(VISITS_KEY, '$limitedSession')
    })

    test('replay of a cookie', async () => {
      const browser = await signedIn({ idleTimeout: '2h', absoluteTimeout: '1d' })
      const thief = new Browser(app, browser.cookies())
      pass(2 * HOUR + 5 * MINUTE)
      assert.deepEqual(await seen(thief), { endReason: 'idle' })
    })
  })
}

// Of these the tests of each behaviour run on every database; here one is enough.
describe('SelfCleaningSession is the plugin itself:', () => {
  const suite = appSuite(databases[0]!, { now: START })
  let app: FastifyInstance

  afterEach(async () => {
    await app.close()
    await suite.database.query('DELETE FROM stored_sessions')
  })

  async function open(options: Partial<StoredSessionOptions> = {}, limits?: LimitedSessionOptions): Promise<void> {
    app = await suite.open({
      options,
      async routes(app) {
        if (limits) await app.register(limitedSession, limits)
        addRememberRoute(app)
      },
    })
  }

  test('self_clean_sessions = 1000', async () => {
    await open({ trim: { everyRequests: 1000 } })
    await signIn(app)
    pass(DAY)
    for (let request = 2; request < 1000; request += 1) await app.inject('/')
    assert.equal((await allRows(suite.database)).length, 1)
    await app.inject('/')
    await until('the row is gone', async () => (await allRows(suite.database)).length === 0)
  })

  test('self_clean_sessions = 0', async () => {
    await open({ trim: false })
    await signIn(app)
    pass(DAY)
    for (let request = 0; request < 20; request += 1) await app.inject('/')
    assert.equal((await allRows(suite.database)).length, 1)
  })

  test('SelfCleaningSession.recent_activity = 2.hours', async () => {
    await open()
    const visitor = await signIn(app)
    pass(2 * HOUR - 1)
    assert.equal((await visitor.me()).userId, 'ada')
    pass(2 * HOUR)
    assert.equal((await visitor.me()).endReason, 'idle')
  })

  test('SelfCleaningSession.max_session = 12.hours', async () => {
    await open({ idleTimeout: '10h', absoluteTimeout: '12h' })
    const visitor = await signIn(app)
    pass(9 * HOUR)
    assert.equal((await visitor.me()).userId, 'ada')
    pass(3 * HOUR)
    assert.equal((await visitor.me()).endReason, 'absolute')
  })

  test('SelfCleaningSession.max_session = nil', async () => {
    await open({ idleTimeout: '400d', absoluteTimeout: false })
    const visitor = await signIn(app)
    pass(399 * DAY)
    assert.equal((await visitor.me()).userId, 'ada')
  })

  test('updated_at and created_at', async () => {
    await open({ touchInterval: '1m' })
    const visitor = await signIn(app)
    const began = Date.now()
    for (const [wait, touchedAt] of [
      [MINUTE - 1, began],
      [1, began + MINUTE],
      [MINUTE - 1, began + MINUTE],
    ] as const) {
      pass(wait)
      await visitor.me()
      // In the background, and before the application is closed.
      if (wait === 1)
        await until('the use is stored', async () => (await allRows(suite.database))[0]!.touchedAt === touchedAt)
      const [row] = await allRows(suite.database)
      assert.deepEqual([row!.createdAt, row!.touchedAt], [began, touchedAt])
    }
  })

  test('the middleware and the extension', async () => {
    await open({ idleTimeout: '2h' }, { idleTimeout: '30m' })
    const visitor = await signIn(app)
    pass(35 * MINUTE)
    assert.deepEqual(await visitor.me(), { endReason: 'idle' })
    assert.deepEqual(await visitor.me(), { endReason: 'destroyed' })
  })

  test('the cookie and its expires=', async () => {
    await open({ idleTimeout: '2h', absoluteTimeout: '30d' })
    const browser = new Browser(app)
    await browser.post('/login')
    await browser.post('/remember', { maxAge: 7 * DAY })
    const { sessionId } = browser.cookies()
    pass(7 * DAY - 1_000)
    assert.equal((await browser.get('/me')).json().userId, 'ada')
    pass(7 * DAY)
    assert.deepEqual(browser.cookies(), {})
    // A client that forgets no cookie.
    const client = new Browser(app, { sessionId: sessionId! })
    assert.deepEqual((await client.get('/me')).json(), { endReason: 'idle' })
  })
})
