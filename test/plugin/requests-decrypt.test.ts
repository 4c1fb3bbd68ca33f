import assert from 'node:assert/strict'
import { before, beforeEach, mock, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { Browser, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { failingDatabase } from '../support/failing-database.ts'
import { handshake } from '../support/handshake.ts'
import { allRows, storedRow } from '../support/rows.ts'

forEachDatabase((target) => {
  const suite = appSuite(target)
  const failing = suite.opening(failingDatabase)
  let app: FastifyInstance
  let browser: Browser
  let id: string

  before(async () => {
    app = await suite.openOn(failing.database)
  })
  beforeEach(async () => {
    failing.failing.clear()
    browser = new Browser(app)
    id = (await browser.post('/login')).json().id
  })

  /** A handshake of the browser. */
  const connect = (cookieOptions?: object) => handshake(app, browser.cookies().sessionId!, cookieOptions)

  test('decryptSession() loads the session of a handshake', async () => {
    const { session } = await connect()
    assert.equal(session.userId, 'ada')
    assert.equal(session.sessionId, id)
  })

  test('a session of a handshake saves what changes, also inside a Map, again and again', async () => {
    const { session } = await connect()
    const { version } = await storedRow(suite.database, id)
    session.map = new Map([['n', 1]])
    await session.save()
    const map = session.map as Map<string, number>
    map.set('n', 2)
    await session.save()
    await session.save()
    assert.equal((await storedRow(suite.database, id)).version, version + 2)
    assert.deepEqual((await connect()).session.map, new Map([['n', 2]]))
  })

  test('a session of a handshake is merged with what requests change while it is open', async () => {
    const { session } = await connect()
    await browser.post('/change', { n: 'of a request' })
    session.connected = true
    await session.save()
    assert.equal(session.n, 'of a request')
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada', n: 'of a request' })
    assert.equal((await connect()).session.connected, true)
  })

  test('a session of a handshake that ended meanwhile is not revived, by any number of saves', async () => {
    const { session } = await connect()
    await browser.post('/logout')
    for (const n of [1, 2]) {
      session.n = n
      await session.save()
    }
    const { endedAt, data } = await storedRow(suite.database, id)
    assert.ok(endedAt !== null && data.length === 0)
  })

  test('a session of a handshake can reload, which shows that it ended', async () => {
    const request = await connect()
    const cookies = browser.cookies()
    await browser.post('/change', { n: 1 })
    await request.session.reload()
    assert.equal(request.session.n, 1)
    await browser.post('/logout')
    await request.session.reload()
    assert.equal(request.session.userId, undefined)
    request.session.userId = 'revived'
    await request.session.save()
    assert.deepEqual((await new Browser(app, cookies).get('/me')).json(), { endReason: 'destroyed' })
  })

  test('a handshake can end its session', async () => {
    const request = await connect()
    await request.session.destroy()
    assert.equal(request.session, null)
    assert.deepEqual((await browser.get('/me')).json(), { endReason: 'destroyed' })
  })

  test('the cookie of an ended session, a forged one and none are empty sessions that store nothing', async () => {
    const { sessionId } = browser.cookies()
    await browser.post('/logout')
    const rows = (await allRows(suite.database)).length
    for (const cookie of [sessionId!, `${id}.forged`, id, 'x', '']) {
      const { session } = await handshake(app, cookie)
      assert.equal(session.userId, undefined)
      assert.notEqual(session.sessionId, id)
    }
    assert.equal((await allRows(suite.database)).length, rows)
  })

  test('a handshake while the database is away is an error with status 503, and no empty session', async () => {
    failing.failing.add('read')
    const failed = await connect().catch((error) => error)
    assert.equal(failed.statusCode, 503)
    failing.failing.clear()
    assert.equal((await connect()).session.userId, 'ada')
  })

  test('decryptSession() takes flags of a cookie for this session alone', async () => {
    const { session } = await connect({ maxAge: 5_000 })
    assert.equal(session.cookie.originalMaxAge, 5_000)
    assert.equal(sessionOf(await connect()).cookie.originalMaxAge, null)
  })

  test('nothing of ours is among the keys of a session of a handshake', async () => {
    const { session } = await connect()
    assert.deepEqual(Object.keys(session), ['cookie', 'userId'])
  })

  for (const isReloaded of [false, true]) {
    const what = isReloaded ? 'a session that it reloaded' : 'the session'
    test(`a save in a handshake that is hours old renews ${what} like any other use`, async () => {
      const HOUR_MS = 3_600_000
      mock.timers.enable({ apis: ['Date'], now: Date.now() })
      const own = await suite.open({ options: { cookie: { secure: false, maxAge: 2 * HOUR_MS } } })
      try {
        const visitor = new Browser(own)
        const { id } = (await visitor.post('/login')).json()
        const request = await handshake(own, visitor.cookies().sessionId!)
        if (isReloaded) await request.session.reload()
        const { session } = request
        mock.timers.tick(1.5 * HOUR_MS)
        session.n = 1
        await session.save()
        assert.equal((await storedRow(suite.database, id)).expiresAt, Date.now() + 2 * HOUR_MS)
        mock.timers.tick(HOUR_MS)
        const later = await handshake(own, session.encryptedSessionId)
        assert.equal(later.session.userId, 'ada')
        assert.equal(later.session.cookie.originalMaxAge, 2 * HOUR_MS)
      } finally {
        mock.timers.reset()
        await own.close()
      }
    })
  }
})
