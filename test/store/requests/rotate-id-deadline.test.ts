import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../../harness/databases.ts'
import { addRotateRoute, cookieLines } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { gatedDatabase } from '../../support/gated-database.ts'
import { allRows, sidOf, storedRow, unendedRows } from '../../support/rows.ts'
import { load } from '../../support/sessions.ts'
import { userIdOf } from '../../support/user-id.ts'
import { heirOf, signIn } from '../../support/visitor.ts'

const PATIENCE_MS = 400
const JUMP_MS = 60_000
const WAIT_MS = 300
const MOST = 2

/** Rotations that are late, or meet others between their steps. */
forEachDatabase((target) => {
  const suite = appSuite(target)
  const gated = suite.opening(gatedDatabase)
  // One that waits for a moment only, one that waits as usual, and one in another process.
  let hasty: FastifyInstance
  let app: FastifyInstance
  let other: FastifyInstance

  before(async () => {
    const options = { user: userIdOf, maxPerUser: MOST, rotationOverlap: 1 }
    hasty = await suite.openOn(gated.database, {
      options: { ...options, operationTimeout: PATIENCE_MS },
      routes: addRotateRoute,
    })
    app = await suite.openOn(gated.database, { options, routes: addRotateRoute })
    other = await suite.open({ options, routes: addRotateRoute })
  })
  beforeEach(() => suite.database.query('DELETE FROM stored_sessions'))

  const live = () => unendedRows(suite.database)

  for (const [what, name] of [
    ['the new row is written', 'insert'],
    ['the old row is given up', 'replace'],
  ] as const) {
    test(`a rotation that is answered 503 before ${what} goes on under its old id, however late the statement comes`, async () => {
      const visitor = await signIn(hasty)
      const held = gated.hold(name, 'before')
      const response = await visitor.post('/rotate')
      assert.deepEqual([response.statusCode, cookieLines(response)], [503, []])
      held.release()
      await held.done
      const others = (await allRows(suite.database)).filter(({ sid }) => !sid.equals(sidOf(visitor.id)))
      assert.deepEqual(
        others.map(({ endReason, data }) => [endReason, data.length]),
        [['destroyed', 0]],
      )
      assert.equal((await storedRow(suite.database, visitor.id)).endedAt, null)
      assert.deepEqual(await visitor.me(), { userId: 'ada' })
      assert.equal((await live()).length, 1)
      assert.equal((await visitor.post('/rotate')).json().rotated, true)
    })
  }

  test('an id that is in use already is no new id, and the session under it goes on', async () => {
    const [visitor, other] = [await signIn(app), await signIn(app)]
    const session = await load(app.storedSession.store, visitor.id)
    const { $storedSession, ...heir } = session!
    const rotation = { oldId: visitor.id, newId: other.id, session, heir } as never
    await assert.rejects(app.storedSession.store.rotate(rotation), { statusCode: 503 })
    assert.deepEqual([await visitor.me(), await other.me()], [{ userId: 'ada' }, { userId: 'ada' }])
  })

  test('a rotation whose old row was given up, and whose statement is not answered in time, is one', async () => {
    const visitor = await signIn(hasty)
    const held = gated.hold('replace', 'after')
    const response = await visitor.post('/rotate')
    held.release()
    assert.deepEqual([response.statusCode, response.json().rotated], [200, true])
    assert.deepEqual(await heirOf(app, response).me(), { userId: 'ada' })
    assert.equal((await live()).length, 1)
  })

  test('a rotation whose last step is not answered is done: who comes by the new id takes that step', async () => {
    const visitor = await signIn(app)
    const giving = gated.hold('replace', 'after')
    const rotating = visitor.post('/rotate')
    await giving.arrived
    gated.hold('replace', 'before')
    giving.release()
    const response = await rotating
    assert.equal(response.json().rotated, true)
    assert.deepEqual(await live(), [])
    const heir = heirOf(app, response)
    assert.deepEqual(await heir.me(), { userId: 'ada' })
    assert.equal((await live()).length, 1)
    await heir.post('/change', { n: 1 })
    assert.deepEqual(await heir.me(), { userId: 'ada', n: 1 })
  })

  for (const [where, name, when] of [
    ['before its new row is written', 'insert', 'before'],
    ['when its new row is written', 'insert', 'after'],
    ['when its old row is given up', 'replace', 'after'],
  ] as const) {
    test(`who signs in elsewhere ${where} signs nobody out who is within the limit`, async () => {
      const visitor = await signIn(app)
      const held = gated.hold(name, when)
      const rotating = visitor.post('/rotate')
      await held.arrived
      const elsewhere = await signIn(other)
      held.release()
      const response = await rotating
      assert.equal(response.json().rotated, true)
      assert.deepEqual(await heirOf(app, response).me(), { userId: 'ada' })
      assert.deepEqual(await elsewhere.me(), { userId: 'ada' })
      assert.equal((await live()).length, MOST)
    })

    test(`beyond the limit no more are left than that, also when others sign in ${where}`, async () => {
      const visitor = await signIn(app)
      const held = gated.hold(name, when)
      const rotating = visitor.post('/rotate')
      await held.arrived
      for (let n = 0; n < MOST; n++) await signIn(other)
      held.release()
      assert.equal((await rotating).statusCode, 200)
      assert.equal((await live()).length, MOST)
    })

    test(`who is revoked ${where} is out`, async () => {
      const visitor = await signIn(app)
      const held = gated.hold(name, when)
      const rotating = visitor.post('/rotate')
      await held.arrived
      await other.storedSession.revoke({ user: 'ada' })
      held.release()
      const response = await rotating
      if (response.cookies[0]) assert.deepEqual(await heirOf(app, response).me(), { endReason: 'revoked' })
      assert.deepEqual(await live(), [])
    })

    test(`a session that is excepted ${where} goes on, and all others of its user end`, async () => {
      const [visitor, another] = [await signIn(app), await signIn(other)]
      const held = gated.hold(name, when)
      const rotating = visitor.post('/rotate')
      await held.arrived
      const except = app.storedSession.handle({ sessionId: visitor.id })
      const revoking = other.storedSession.revoke({ user: 'ada', except })
      held.release()
      const [response] = await Promise.all([rotating, revoking])
      assert.equal(response.json().rotated, true)
      assert.deepEqual(await heirOf(app, response).me(), { userId: 'ada' })
      assert.deepEqual(await another.me(), { endReason: 'revoked' })
    })
  }

  test('a session that is excepted goes on when the clock jumps while its id is rotated', async (t) => {
    const visitor = await signIn(app)
    const held = gated.hold('replace', 'before')
    const rotating = visitor.post('/rotate')
    await held.arrived
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + JUMP_MS })
    const except = app.storedSession.handle({ sessionId: visitor.id })
    const revoking = other.storedSession.revoke({ user: 'ada', except })
    // It waits for the rotation; one that does not is done by then.
    await Promise.race([revoking, sleep(WAIT_MS)])
    held.release()
    const [response] = await Promise.all([rotating, revoking])
    assert.equal(response.json().rotated, true)
    assert.deepEqual(await heirOf(app, response).me(), { userId: 'ada' })
  })
})
