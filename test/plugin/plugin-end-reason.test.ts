import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { memoryStorage } from '../../examples/memory-storage.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { Browser, openApp, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { handleOf, setColumn } from '../support/rows.ts'
import { userIdOf } from '../support/user-id.ts'
import { signIn } from '../support/visitor.ts'

const HOUR = 3_600_000

/** What somebody with access to the database, or another program, may leave in the column of the reason. */
const FOREIGN_REASONS = ['\u001b[2Jended', 'a\nline', 'Revoked', ' revoked', 'idle', 'unknown', 'constructor', '']

forEachDatabase((target) => {
  const suite = appSuite(target)
  let app: FastifyInstance

  before(async () => {
    app = await suite.open({
      options: {
        user: userIdOf,
        idleTimeout: '1h',
        absoluteTimeout: '2h',
      },
      routes(app) {
        app.get('/reasons', async (request) => {
          const before = request.sessionEndReason
          await request.session.regenerate()
          return { before, after: request.sessionEndReason, n: sessionOf(request).n }
        })
        app.post('/out-and-in', async (request) => {
          await request.session.destroy()
          return { endReason: request.sessionEndReason }
        })
      },
    })
  })

  test('there is no reason for who has no cookie, or a session', async () => {
    const browser = new Browser(app)
    assert.deepEqual((await browser.get('/me')).json(), {})
    await browser.post('/login')
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
  })

  test('there is no reason for a cookie that we did not sign', async () => {
    assert.deepEqual((await new Browser(app, { sessionId: 'x.y' }).get('/me')).json(), {})
  })

  test('a session unused for too long is over as idle', async (t) => {
    const visitor = await signIn(app)
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + HOUR })
    assert.deepEqual(await visitor.me(), { endReason: 'idle' })
  })

  test('a session that is too old is over as absolute, also when it was idle as well', async (t) => {
    const visitor = await signIn(app)
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 2 * HOUR })
    assert.deepEqual(await visitor.me(), { endReason: 'absolute' })
  })

  test('a session that its user left is over as destroyed, and stays so when it would be idle', async (t) => {
    const visitor = await signIn(app)
    assert.deepEqual((await visitor.post('/out-and-in')).json(), {})
    assert.deepEqual(await visitor.me(), { endReason: 'destroyed' })
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 3 * HOUR })
    assert.deepEqual(await visitor.me(), { endReason: 'destroyed' })
  })

  test('a session that was ended for its user is over as revoked', async () => {
    const visitor = await signIn(app)
    await app.storedSession.revoke({ user: 'ada' })
    assert.deepEqual(await visitor.me(), { endReason: 'revoked' })
  })

  test('a reason in a row that is none of ours is destroyed, for requests and in lists', async () => {
    for (const reason of FOREIGN_REASONS) {
      const visitor = await signIn(app)
      await setColumn(suite.database, visitor.id, 'ended_at', Date.now())
      await setColumn(suite.database, visitor.id, 'end_reason', reason)
      assert.deepEqual(await visitor.me(), { endReason: 'destroyed' }, JSON.stringify(reason))
      const { sessions } = await app.storedSession.list({ state: 'ended', limit: 1000 })
      const listed = sessions.find(({ handle }) => handle === handleOf(visitor.id))
      assert.deepEqual([listed?.state, listed?.endReason], ['ended', 'destroyed'], JSON.stringify(reason))
    }
  })

  test('a session that does not open is over as unreadable', async () => {
    const visitor = await signIn(app)
    await setColumn(suite.database, visitor.id, 'data', Buffer.from('anything'))
    assert.deepEqual(await visitor.me(), { endReason: 'unreadable' })
  })

  test('a session without a row is unknown', async () => {
    const visitor = await signIn(app)
    await suite.database.query('DELETE FROM stored_sessions')
    assert.deepEqual(await visitor.me(), { endReason: 'unknown' })
  })

  test('a reason belongs to its request alone, and survives regenerate', async () => {
    const [revoked, gone, alive] = [await signIn(app), await signIn(app), await signIn(app)]
    await setColumn(suite.database, revoked.id, 'ended_at', 1)
    await setColumn(suite.database, revoked.id, 'end_reason', 'revoked')
    await setColumn(suite.database, gone.id, 'data', Buffer.from('anything'))
    const bodies = await Promise.all([revoked.me(), gone.me(), alive.me(), app.inject('/me').then((me) => me.json())])
    assert.deepEqual(bodies, [{ endReason: 'revoked' }, { endReason: 'unreadable' }, { userId: 'ada' }, {}])
    const { sessionId } = revoked
    const response = await app.inject({ url: '/reasons', cookies: { sessionId } })
    assert.deepEqual(response.json(), { before: 'revoked', after: 'revoked' })
  })
})

test('a reason of a storage of your own that is none of ours is destroyed too', async () => {
  const storage = memoryStorage()
  const foreign = <Row extends { endReason: unknown }>(rows: Row[]): Row[] =>
    rows.map((row) => (row.endReason === null ? row : { ...row, endReason: '\u001b[2Jended' }))
  const app = await openApp({ ...storage, read: async (sids) => foreign(await storage.read(sids)) })
  const visitor = await signIn(app)
  await visitor.post('/logout')
  assert.deepEqual(await visitor.me(), { endReason: 'destroyed' })
  await app.close()
})
