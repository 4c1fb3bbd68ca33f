import assert from 'node:assert/strict'
import { beforeEach, mock, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { StoredSessionOptions } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { addRememberRoute, Browser, cookieLines, sessionOf } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { allRows, rowOf, setColumn, storedRow, unendedRows } from '../../support/rows.ts'
import { userIdOf } from '../../support/user-id.ts'
import { heirOf, signIn, type Visitor, visitorOf } from '../../support/visitor.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const OVERLAP = 30_000

forEachDatabase((target) => {
  const suite = appSuite(target, { now: 1_732_100_000_000 })
  const { pass } = suite
  const events: { name: string; sid: string }[] = []

  beforeEach(async () => {
    if (suite.apps.length > 0) await suite.database.query('DELETE FROM stored_sessions')
    events.length = 0
  })

  async function open(options: Partial<StoredSessionOptions> = {}): Promise<FastifyInstance> {
    const app = await suite.open({ options: { user: userIdOf, ...options }, routes })
    app.storedSession.store.events.on('gone', (event) => events.push({ name: 'gone', ...event }))
    app.storedSession.store.events.on('unreadable', (event) => events.push({ name: 'unreadable', ...event }))
    return app
  }

  /** Has the visitor's id rotated, and yields the visitor under the new one. */
  async function rotated(app: FastifyInstance, visitor: Visitor, payload: object = {}): Promise<Visitor> {
    const response = await visitor.post('/rotate', payload)
    assert.equal(response.statusCode, 200)
    assert.equal(response.json().rotated, true)
    const lines = cookieLines(response)
    assert.equal(lines.length, 1)
    return heirOf(app, response)
  }

  for (const bindToCookie of [false, true]) {
    const how = bindToCookie ? ', bound to the cookie' : ''

    test(`a session goes on under its new id with all that it has${how}`, async () => {
      const app = await open({ bindToCookie })
      const old = await signIn(app)
      await old.post('/remember', { maxAge: 5 * HOUR })
      const { createdAt } = await storedRow(suite.database, old.id)
      pass(HOUR)
      const visitor = await rotated(app, old, { n: 7 })
      assert.notEqual(visitor.id, old.id)
      assert.deepEqual(await visitor.me(), { userId: 'ada', n: 7 })
      const row = await storedRow(suite.database, visitor.id)
      assert.deepEqual([row.createdAt, row.userId, row.expiresAt], [createdAt, 'ada', Date.now() + 5 * HOUR])
      await visitor.post('/change', { n: 8 })
      assert.deepEqual(await visitor.me(), { userId: 'ada', n: 8 })
    })

    test(`the old id reads the session as it is now, for the overlap and no longer${how}`, async () => {
      const app = await open({ bindToCookie })
      const old = await signIn(app)
      const visitor = await rotated(app, old)
      await visitor.post('/change', { n: 1 })
      pass(OVERLAP - 1)
      assert.deepEqual(await old.me(), { userId: 'ada', n: 1 })
      pass(1)
      assert.deepEqual(await old.me(), { endReason: 'rotated' })
      assert.deepEqual(await visitor.me(), { userId: 'ada', n: 1 })
    })

    test(`the old id of the old id reads too, each as long as its own overlap${how}`, async () => {
      const app = await open({ bindToCookie })
      const first = await signIn(app)
      const second = await rotated(app, first)
      pass(OVERLAP - 10)
      const third = await rotated(app, second)
      assert.deepEqual(await first.me(), { userId: 'ada' })
      pass(10)
      assert.deepEqual(await first.me(), { endReason: 'rotated' })
      assert.deepEqual(await second.me(), { userId: 'ada' })
      assert.deepEqual(await third.me(), { userId: 'ada' })
    })

    test(`signing out by the old id or the new one ends both${how}`, async () => {
      const app = await open({ bindToCookie })
      for (const leaves of ['old', 'new']) {
        const first = await signIn(app)
        const second = await rotated(app, first)
        const third = await rotated(app, second)
        await (leaves === 'old' ? first : third).post('/logout')
        for (const visitor of [first, second, third]) assert.deepEqual(await visitor.me(), { endReason: 'destroyed' })
      }
    })
  }

  test('a change by the old id is not stored, makes one event, and leaves the cookie of the new id alone', async () => {
    const app = await open()
    const old = await signIn(app)
    const visitor = await rotated(app, old)
    const response = await old.post('/change', { n: 1 })
    assert.equal(response.statusCode, 200)
    assert.deepEqual(cookieLines(response), [])
    assert.equal(events.length, 1)
    assert.deepEqual(await visitor.me(), { userId: 'ada' })
    assert.deepEqual(await old.me(), { userId: 'ada' })
  })

  test('reading by the old id prolongs nothing, and sends no cookie', async () => {
    const app = await open({ rotationOverlap: '1h', idleTimeout: '30m', touchInterval: '1m' })
    const old = await signIn(app)
    await old.post('/remember', { maxAge: 30 * MINUTE })
    const visitor = await rotated(app, old)
    const { touchedAt } = await storedRow(suite.database, visitor.id)
    pass(20 * MINUTE)
    const response = await app.inject({ url: '/me', cookies: { sessionId: old.sessionId } })
    assert.deepEqual(response.json(), { userId: 'ada' })
    assert.deepEqual(cookieLines(response), [])
    await app.close()
    assert.equal((await storedRow(suite.database, visitor.id)).touchedAt, touchedAt)
  })

  test('a request that loaded the session before it was rotated sends the old cookie no more', async () => {
    const app = await open({ cookie: { secure: false, maxAge: HOUR }, touchInterval: '1m' })
    const old = await signIn(app)
    await rotated(app, await signIn(app))
    pass(2 * MINUTE)
    // Both requests find that the last use is to be renewed, and with it the cookie.
    const slow = old.post('/slow')
    await entered
    const visitor = await rotated(app, old)
    resume()
    const response = await slow
    assert.deepEqual([response.statusCode, cookieLines(response)], [200, []])
    assert.deepEqual(await visitor.me(), { userId: 'ada' })
  })

  test('the absolute end stays where it was, however often the id is rotated', async () => {
    const app = await open({ idleTimeout: '1h', absoluteTimeout: '3h' })
    let visitor = await signIn(app)
    const end = Date.now() + 3 * HOUR
    while (Date.now() + 40 * MINUTE < end) {
      pass(40 * MINUTE)
      visitor = await rotated(app, visitor)
    }
    mock.timers.setTime(end - 1)
    visitor = await rotated(app, visitor)
    assert.deepEqual(await visitor.me(), { userId: 'ada' })
    mock.timers.setTime(end)
    assert.deepEqual(await visitor.me(), { endReason: 'absolute' })
  })

  test('revoking the user ends the session under both ids', async () => {
    const app = await open()
    const old = await signIn(app)
    const visitor = await rotated(app, old)
    const { revoked } = await app.storedSession.revoke({ user: 'ada' })
    assert.equal(revoked, 1)
    assert.deepEqual([await old.me(), await visitor.me()], [{ endReason: 'revoked' }, { endReason: 'revoked' }])
  })

  test('a new login by the old id ends the session that was rotated', async () => {
    const app = await open()
    const old = await signIn(app)
    const visitor = await rotated(app, old)
    assert.equal((await old.post('/login')).statusCode, 200)
    assert.deepEqual(await visitor.me(), { endReason: 'destroyed' })
  })

  test('of many rotations at once one succeeds, and nobody is signed out', async () => {
    const app = await open()
    const old = await signIn(app)
    const responses = await Promise.all(Array.from({ length: 8 }, () => old.post('/rotate')))
    const bodies = responses.map((response) => response.json())
    assert.deepEqual(new Set(responses.map(({ statusCode }) => statusCode)), new Set([200]))
    const winners = bodies.filter((body) => body.rotated)
    assert.equal(winners.length, 1)
    assert.deepEqual(new Set(bodies.map(({ userId }) => userId)), new Set(['ada']))
    assert.equal(responses.flatMap((response) => cookieLines(response)).length, 1)
    assert.deepEqual(await old.me(), { userId: 'ada' })
    const live = await unendedRows(suite.database)
    assert.equal(live.length, 1)
  })

  test('what another request saved while the id was rotated is kept', async () => {
    const app = await open()
    const old = await signIn(app)
    const slow = old.post('/slow', { rotate: true, n: 1 })
    await entered
    await old.post('/change', { other: 2 })
    resume()
    const response = await slow
    const sessionId = response.cookies[0]!.value
    const seen = (await app.inject({ url: '/all', cookies: { sessionId } })).json()
    assert.deepEqual(seen, { userId: 'ada', n: 1, other: 2 })
    assert.deepEqual(events, [])
  })

  test('there is nothing to rotate without a stored session, and a session that is over stays so', async () => {
    const app = await open()
    const browser = new Browser(app)
    assert.equal((await browser.post('/rotate', {})).json().rotated, false)
    assert.deepEqual(await allRows(suite.database), [])
    const visitor = await signIn(app)
    const slow = visitor.post('/slow', { rotate: true })
    await entered
    await visitor.post('/logout')
    resume()
    assert.equal((await slow).json().rotated, false)
    assert.deepEqual(await visitor.me(), { endReason: 'destroyed' })
    assert.ok((await allRows(suite.database)).every(({ endedAt }) => endedAt !== null))
  })

  test('a cookie that is not sent is no reason to rotate', async () => {
    const app = await open({ cookie: { secure: false } })
    const { id, sessionId } = await signIn(app)
    const strict = visitorOf(await open({ cookie: { secure: true } }), id, sessionId)
    assert.equal((await strict.post('/rotate')).json().rotated, false)
    assert.deepEqual(await strict.me(), { userId: 'ada' })
  })

  test('a pointer is no content, and content no pointer, whatever is written into the row', async () => {
    const app = await open()
    const [old, other] = [await signIn(app), await signIn(app)]
    await rotated(app, old)
    await setColumn(suite.database, old.id, 'ended_at', null)
    await setColumn(suite.database, old.id, 'end_reason', null)
    await setColumn(suite.database, old.id, 'expires_at', Date.now() + HOUR)
    assert.deepEqual(await old.me(), { endReason: 'unreadable' })
    await setColumn(suite.database, other.id, 'ended_at', Date.now())
    await setColumn(suite.database, other.id, 'end_reason', 'rotated')
    assert.deepEqual(await other.me(), { endReason: 'unreadable' })
    assert.deepEqual(
      events.map(({ name }) => name),
      ['unreadable', 'unreadable'],
    )
  })

  test('the row of an old id holds no user, names its key, and leads to the session for as long as that may live', async () => {
    const app = await open()
    const old = await signIn(app)
    const visitor = await rotated(app, old)
    const [row] = await suite.database.query('SELECT user_id, key_id FROM stored_sessions WHERE end_reason IS NOT NULL')
    assert.equal(row!.user_id, null)
    assert.notEqual(row!.key_id, null)
    await visitor.post('/remember', { maxAge: 20 * DAY })
    pass(19 * DAY)
    assert.equal((await app.storedSession.trim()).trimmed, 0)
    assert.deepEqual(await app.storedSession.revoke({ handle: app.storedSession.handle({ sessionId: old.id }) }), {
      revoked: 1,
    })
    assert.deepEqual(await visitor.me(), { endReason: 'revoked' })
    pass(12 * DAY)
    await app.storedSession.trim()
    assert.equal(await rowOf(suite.database, old.id), undefined)
  })
})

let resume: () => void
let entered: Promise<void>
let enter: () => void

function prepareSlow(): void {
  entered = new Promise((resolve) => {
    enter = resolve
  })
}

function routes(app: FastifyInstance): void {
  prepareSlow()
  addRememberRoute(app)
  app.post<{ Body: Record<string, unknown> }>('/rotate', async (request) => {
    const isRotated = await app.storedSession.rotateId(request)
    Object.assign(request.session, request.body)
    return { rotated: isRotated, id: request.session.sessionId, userId: sessionOf(request).userId }
  })
  // A handler that is on its way until the test lets it go.
  app.post<{ Body: { rotate?: boolean; n?: number } }>('/slow', async (request) => {
    const released = new Promise<void>((resolve) => {
      resume = resolve
    })
    enter()
    await released
    prepareSlow()
    const { rotate, n } = request.body
    if (n !== undefined) sessionOf(request).n = n
    return { rotated: rotate ? await app.storedSession.rotateId(request) : undefined }
  })
  app.get('/all', async (request) => {
    const { cookie, ...content } = Object.fromEntries(Object.entries(request.session))
    return content
  })
}
