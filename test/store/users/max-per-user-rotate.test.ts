import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../../harness/databases.ts'
import { addRotateRoute, Browser } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { gatedDatabase } from '../../support/gated-database.ts'
import { userIdOf } from '../../support/user-id.ts'
import { rotated, signIn, type Visitor, visitorOf } from '../../support/visitor.ts'

const MOST = 2

/** Places of a user whose session two processes rotate at the same time. */
forEachDatabase((target) => {
  const suite = appSuite(target)
  const gated = suite.opening(gatedDatabase)
  let slow: FastifyInstance
  let quick: FastifyInstance
  let other: FastifyInstance

  before(async () => {
    const options = { user: userIdOf, maxPerUser: MOST, evict: 'refuse' } as const
    slow = await suite.openOn(gated.database, { options, routes: addRotateRoute })
    quick = await suite.openOn(gated.database, { options, routes: addRotateRoute })
    other = await suite.open({ options, routes: addRotateRoute })
  })
  beforeEach(() => suite.database.query('DELETE FROM stored_sessions'))

  const signInElsewhere = async () => (await new Browser(other).post('/login')).statusCode

  /** Starts a rotation that stops after it has written the row of the new id. */
  async function slowRotation(visitor: Visitor) {
    const held = gated.hold('insert', 'after')
    const rotating = visitor.post('/rotate')
    await held.arrived
    return { rotating, release: held.release }
  }

  for (const [often, times] of [
    ['once', 1],
    ['twice', 2],
  ] as const) {
    test(`a session that was rotated ${often} takes one place while a slower rotation of it is under way`, async () => {
      const visitor = await signIn(slow)
      const late = await slowRotation(visitor)
      let heir = visitor
      for (let count = 0; count < times; count++) heir = await rotated(other, heir)
      assert.deepEqual([await signInElsewhere(), await signInElsewhere()], [200, 403])
      late.release()
      assert.equal((await late.rotating).json().rotated, false)
      assert.deepEqual(await heir.me(), { userId: 'ada' })
    })
  }

  test('a session takes one place while two requests rotate it and neither has finished', async () => {
    const visitor = await signIn(slow)
    const late = await slowRotation(visitor)
    const first = await slowRotation(visitorOf(quick, visitor.id, visitor.sessionId))
    const giving = gated.hold('replace', 'after')
    first.release()
    await giving.arrived
    assert.deepEqual([await signInElsewhere(), await signInElsewhere()], [200, 403])
    giving.release()
    assert.equal((await first.rotating).json().rotated, true)
    late.release()
    assert.equal((await late.rotating).json().rotated, false)
  })
})
