import assert from 'node:assert/strict'
import { after, afterEach, before, describe, mock, test } from 'node:test'
import fastifySession from '@fastify/session'
import type { FastifyInstance } from 'fastify'
import { limitedSession } from '../../src/limits/limited-session.ts'
import { databases } from '../harness/databases.ts'
import { Browser, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { failingDatabase } from '../support/failing-database.ts'
import { handshake } from '../support/handshake.ts'
import { logTo } from '../support/log-lines.ts'
import { allRows } from '../support/rows.ts'
import { userIdOf } from '../support/user-id.ts'
import { limitedApp, VISITS_KEY } from './application.ts'
import { hostOf } from './session-hosts.ts'

const MINUTE = 60_000
const START = 1_732_100_100_000
const limits = { idleTimeout: '30m', absoluteTimeout: '3h' }

const pass = (ms: number) => mock.timers.setTime(Date.now() + ms)

describe('limits beside the plugin', () => {
  const suite = appSuite(databases[0]!, { now: START })
  const failing = suite.opening(failingDatabase)
  let app: FastifyInstance
  let lines: Record<string, unknown>[]

  before(async () => {
    app = await suite.openOn(failing.database, {
      options: {
        idleTimeout: '1h',
        onUnavailable: 'anonymous',
        user: userIdOf,
      },
      server: logTo((line) => void lines.push(line)),
      async routes(app) {
        await app.register(limitedSession, limits)
        app.get('/visits', async (request) => ({ visits: sessionOf(request)[VISITS_KEY] }))
      },
    })
    lines = []
  })
  afterEach(() => failing.failing.clear())

  async function signedIn(): Promise<Browser> {
    const browser = new Browser(app)
    await browser.post('/login')
    return browser
  }

  test('the stricter limit ends a session, and the plugin tells the other reasons', async () => {
    const [idle, revoked] = [await signedIn(), await signedIn()]
    pass(35 * MINUTE)
    assert.deepEqual((await idle.get('/me')).json(), { endReason: 'idle' })
    await app.storedSession.revoke({ user: 'ada' })
    assert.deepEqual((await revoked.get('/me')).json(), { endReason: 'revoked' })
  })

  test('the log says why a session was reset, once, and names neither id nor cookie nor content', async () => {
    const browser = new Browser(app)
    const { id } = (await browser.post('/login')).json()
    const { sessionId } = browser.cookies()
    pass(35 * MINUTE)
    lines = []
    await browser.get('/me')
    await browser.get('/me')
    const [told, ...more] = lines.filter(({ reason }) => reason)
    assert.deepEqual(more, [])
    assert.deepEqual([told?.level, told?.reason, typeof told?.reqId], [30, 'idle', 'string'])
    assert.equal(told?.msg, 'the idle timeout of a session has passed; the session is reset')
    for (const hidden of [id, sessionId!, encodeURIComponent(sessionId!), 'ada', VISITS_KEY]) {
      assert.ok(!JSON.stringify(lines).includes(hidden))
    }
  })

  test('when the old session cannot be ended, the request is a 503, nobody is served, and the next one resets it', async () => {
    const browser = await signedIn()
    pass(35 * MINUTE)
    failing.failing.add('end')
    const response = await browser.get('/me')
    assert.deepEqual([response.statusCode, response.body.includes('ada')], [503, false])
    failing.failing.clear()
    assert.deepEqual((await browser.get('/me')).json(), { endReason: 'idle' })
  })

  test('two visits in a new grain at once are no conflict', async () => {
    const browser = await signedIn()
    const conflicts: unknown[] = []
    app.storedSession.store.events.on('conflict', (conflict) => conflicts.push(conflict))
    const { visits } = (await browser.get('/visits')).json()
    pass(10 * MINUTE)
    await Promise.all([browser.post('/change', { n: 1 }), browser.post('/change', { m: 2 })])
    assert.deepEqual(conflicts, [])
    assert.deepEqual((await browser.get('/visits')).json().visits, { ...visits, lastVisit: Date.now() })
  })

  test('a visitor without content costs no statement', async () => {
    const rows = (await allRows(suite.database)).length
    failing.asked.length = 0
    for (const url of ['/', '/me', '/nowhere']) await new Browser(app).get(url)
    assert.deepEqual([failing.asked, (await allRows(suite.database)).length], [[], rows])
  })

  test('sessions of handshakes are limited too', async () => {
    const browser = await signedIn()
    const cookie = browser.cookies().sessionId!
    assert.equal((await handshake(app, cookie, {})).session.userId, 'ada')
    pass(35 * MINUTE)
    const { session, sessionEndReason } = await handshake(app, cookie, {})
    assert.deepEqual([session.userId, sessionEndReason], [undefined, 'idle'])
    assert.deepEqual((await browser.get('/me')).json(), { endReason: 'destroyed' })
  })

  test('a request that goes on without its session, because that cannot be read, goes on', async () => {
    const browser = await signedIn()
    failing.failing.add('read')
    const { statusCode, body } = await browser.get('/me')
    assert.deepEqual([statusCode, body], [200, '{}'])
  })
})

describe('limits of handshakes', () => {
  test('are no obstacle to the error of a session that cannot be loaded', async () => {
    const store = new fastifySession.MemoryStore()
    const host = hostOf(store, async () => {})
    const app = await limitedApp(host, limits)
    const browser = new Browser(app)
    await browser.post('/login')
    store.get = (_id, callback) => callback(new Error('the connection broke'))
    const cookie = browser.cookies().sessionId!
    await assert.rejects(handshake(app, cookie), /the connection broke/)
    await app.close()
  })
})

describe('limits in a request', () => {
  const apps: FastifyInstance[] = []
  before(() => mock.timers.enable({ apis: ['Date'], now: START }))
  after(async () => {
    mock.timers.reset()
    for (const app of apps) await app.close()
  })

  async function open(routes: (app: FastifyInstance) => unknown, path = '/'): Promise<Browser> {
    const host = hostOf(new fastifySession.MemoryStore(), async () => {}, { path })
    const app = await limitedApp(host, limits, routes)
    apps.push(app)
    return new Browser(app)
  }

  test('come before the hooks that are added later', async () => {
    const seen: unknown[] = []
    const browser = await open((app) => {
      app.addHook('onRequest', async (request) => seen.push(sessionOf(request).userId))
    })
    await browser.post('/login')
    await browser.get('/me')
    pass(35 * MINUTE)
    await browser.get('/me')
    assert.deepEqual(seen, [undefined, 'ada', undefined])
  })

  test('leave requests outside of the path of the cookie alone', async () => {
    const browser = await open(() => {}, '/account')
    assert.deepEqual((await browser.get('/me')).json(), {})
  })

  test('hold for a session that was loaded again, and are no obstacle to one that was left', async () => {
    const browser = await open((app) => {
      app.post('/reload', async (request) => {
        await request.session.reload()
        sessionOf(request).n = 1
        return {}
      })
      app.post('/leave', async (request) => {
        await request.session.destroy()
        return { left: request.session === null }
      })
    })
    await browser.post('/login')
    const { visits } = (await browser.get('/visits')).json()
    pass(20 * MINUTE)
    await browser.post('/reload')
    assert.deepEqual((await browser.get('/visits')).json().visits, { ...visits, lastVisit: Date.now() })
    assert.deepEqual((await browser.post('/leave')).json(), { left: true })
  })
})
