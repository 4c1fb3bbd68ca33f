import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../../harness/databases.ts'
import { cookieLines, sessionOf } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { gatedDatabase } from '../../support/gated-database.ts'
import { allRows, unendedRows } from '../../support/rows.ts'
import { userIdOf } from '../../support/user-id.ts'
import { heirOf, sessionCookieOf, signIn, visitorOf } from '../../support/visitor.ts'

/** What may come between the statements of `regenerate(keys)`. */
forEachDatabase((target) => {
  const suite = appSuite(target)
  const gated = suite.opening(gatedDatabase)
  let app: FastifyInstance
  let other: FastifyInstance

  before(async () => {
    app = await suite.openOn(gated.database, {
      options: { user: userIdOf },
      routes(app) {
        app.post('/renew', async (request) => {
          await request.session.regenerate(['userId', 'n'] as never)
          return { id: request.session.sessionId, userId: sessionOf(request).userId }
        })
      },
    })
    other = await suite.open({ options: { user: userIdOf } })
  })
  beforeEach(() => suite.database.query('DELETE FROM stored_sessions'))

  const live = async () => (await unendedRows(suite.database)).length

  for (const [where, name, when] of [
    ['before the row of the new session is written', 'insert', 'before'],
    ['when the row of the new session is written', 'insert', 'after'],
    ['before the old session is ended', 'end', 'before'],
    ['when the old session is ended', 'end', 'after'],
    ['before the new session begins', 'replace', 'before'],
  ] as const) {
    test(`who is revoked ${where} is out`, async () => {
      const visitor = await signIn(app)
      const held = gated.hold(name, when)
      const renewing = visitor.post('/renew')
      await held.arrived
      await other.storedSession.revoke({ user: 'ada' })
      held.release()
      const response = await renewing
      assert.equal(response.json().userId, undefined)
      const cookie = sessionCookieOf(response)
      if (cookie) assert.equal((await visitorOf(app, response.json().id, cookie).me()).userId, undefined)
      assert.equal((await allRows(suite.database)).filter(({ userId }) => userId === 'ada').length, 0)
    })

    test(`who signs in elsewhere ${where} has two sessions, and no third`, async () => {
      const visitor = await signIn(app)
      const held = gated.hold(name, when)
      const renewing = visitor.post('/renew')
      await held.arrived
      const elsewhere = await signIn(other)
      held.release()
      const response = await renewing
      assert.deepEqual(await heirOf(app, response).me(), { userId: 'ada' })
      assert.deepEqual(await elsewhere.me(), { userId: 'ada' })
      assert.equal(await live(), 2)
    })
  }

  test('what was handed over can be changed and read like every other session', async () => {
    const visitor = await signIn(app)
    await visitor.post('/change', { n: 1 })
    const response = await visitor.post('/renew')
    assert.equal(cookieLines(response).length, 1)
    const heir = heirOf(app, response)
    assert.deepEqual(await heir.me(), { userId: 'ada', n: 1 })
    await heir.post('/change', { n: 2 })
    assert.deepEqual(await heir.me(), { userId: 'ada', n: 2 })
    assert.deepEqual(await visitor.me(), { endReason: 'destroyed' })
  })

  test('when the new session cannot be stored, the request answers 503 and the old session goes on', async () => {
    const visitor = await signIn(app)
    const { insert } = gated.database
    gated.database.insert = () =>
      Promise.reject(Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' }))
    const response = await visitor.post('/renew')
    gated.database.insert = insert
    assert.deepEqual([response.statusCode, cookieLines(response)], [503, []])
    assert.deepEqual(await visitor.me(), { userId: 'ada' })
    assert.equal(await live(), 1)
  })
})
