import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { SessionDatabase } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { addRotateRoute } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { failingDatabase } from '../../support/failing-database.ts'
import { allRows, storedRow, unendedRows } from '../../support/rows.ts'
import { heirOf, signIn } from '../../support/visitor.ts'

forEachDatabase((target) => {
  const suite = appSuite(target)
  const failing = suite.opening(failingDatabase)
  let app: FastifyInstance
  let isAnswerLost = false

  before(async () => {
    // A statement that has its effect, and whose answer is lost with the connection.
    const { replace } = failing.database
    const losing: SessionDatabase = {
      ...failing.database,
      async replace(replacement) {
        const isReplaced = await replace(replacement)
        if (isAnswerLost) throw Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' })
        return isReplaced
      },
    }
    app = await suite.openOn(losing, { routes: addRotateRoute })
  })
  beforeEach(async () => {
    failing.failing.clear()
    isAnswerLost = false
    await suite.database.query('DELETE FROM stored_sessions')
  })

  const liveRows = async () => (await unendedRows(suite.database)).length

  test('when the database fails in the middle of a rotation, the session goes on under its old id alone', async () => {
    for (const statement of ['insert', 'replace'] as const) {
      const visitor = await signIn(app)
      failing.failing.add(statement)
      const response = await visitor.post('/rotate')
      assert.deepEqual([response.statusCode, response.headers['set-cookie']], [503, undefined])
      failing.failing.clear()
      assert.deepEqual(await visitor.me(), { userId: 'ada' })
      assert.equal((await visitor.post('/rotate')).json().rotated, true)
      await suite.database.query('DELETE FROM stored_sessions')
    }
  })

  test('what was written for the new id is ended when the old one stays', async () => {
    const visitor = await signIn(app)
    failing.failing.add('replace')
    await visitor.post('/rotate')
    assert.equal(await liveRows(), 1)
  })

  test('after a crash between the two steps the old id goes on, and can be rotated', async () => {
    const visitor = await signIn(app)
    // Nothing that comes after the new row reaches the database, as from a process that is gone.
    for (const statement of ['replace', 'end'] as const) failing.failing.add(statement)
    await visitor.post('/rotate')
    failing.failing.clear()
    // What was written for the new id is no session yet.
    assert.equal(await liveRows(), 1)
    assert.equal((await allRows(suite.database)).filter(({ endReason }) => endReason === 'rotating').length, 1)
    assert.deepEqual(await visitor.me(), { userId: 'ada' })
    assert.equal((await visitor.post('/rotate')).json().rotated, true)
  })

  test('a rotation whose answer was lost is one', async () => {
    const visitor = await signIn(app)
    isAnswerLost = true
    const response = await visitor.post('/rotate')
    assert.deepEqual([response.statusCode, response.json().rotated], [200, true])
    assert.deepEqual(await heirOf(app, response).me(), { userId: 'ada' })
    assert.equal((await storedRow(suite.database, visitor.id)).endReason, 'rotated')
    assert.equal(await liveRows(), 1)
  })
})
