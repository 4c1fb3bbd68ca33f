import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import postgres from 'postgres'
import type { RevokeFilter } from '../../../src/index.ts'
import { forEachDatabase, type TestDatabase } from '../../harness/databases.ts'
import { addRotateRoute } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { sidOf } from '../../support/rows.ts'
import { until } from '../../support/until.ts'
import { userIdOf } from '../../support/user-id.ts'
import { rotated, signIn, type Visitor } from '../../support/visitor.ts'

forEachDatabase((target) => {
  const suite = appSuite(target)
  let app: FastifyInstance

  before(async () => {
    app = await suite.open({ options: { user: userIdOf }, routes: addRotateRoute })
  })
  beforeEach(() => suite.database.query('DELETE FROM stored_sessions'))

  const handleOf = ({ id }: Visitor) => app.storedSession.handle({ sessionId: id })

  test('a handle from before rotations ends the session under its latest id, and only for its user', async () => {
    const old = await signIn(app)
    const latest = await rotated(app, await rotated(app, old))
    const handle = handleOf(old)
    for (const dryRun of [true, false]) {
      assert.deepEqual(await app.storedSession.revoke({ user: 'grace', handle, dryRun }), { revoked: 0 })
    }
    assert.deepEqual(await app.storedSession.revoke({ user: 'ada', handle, dryRun: true }), { revoked: 1 })
    assert.deepEqual(await app.storedSession.revoke({ handle, dryRun: true }), { revoked: 1 })
    assert.equal((await latest.me()).userId, 'ada')
    assert.deepEqual(await app.storedSession.revoke({ user: 'ada', handle }), { revoked: 1 })
    assert.deepEqual(await latest.me(), { endReason: 'revoked' })
    assert.deepEqual(await app.storedSession.revoke({ handle }), { revoked: 0 })
  })

  test('who signs out everywhere else while another request rotates the id stays signed in', async () => {
    const [old, other] = [await signIn(app), await signIn(app)]
    const latest = await rotated(app, await rotated(app, old))
    const filter = { user: 'ada', except: handleOf(old) }
    assert.deepEqual(await app.storedSession.revoke({ ...filter, dryRun: true }), { revoked: 1 })
    assert.deepEqual(await app.storedSession.revoke(filter), { revoked: 1 })
    assert.deepEqual(await app.storedSession.revoke({ all: true, except: handleOf(old) }), { revoked: 0 })
    assert.deepEqual(await latest.me(), { userId: 'ada' })
    assert.deepEqual(await other.me(), { endReason: 'revoked' })
  })

  test('a rotated id is listed as ended, and the session under its latest alone', async () => {
    const old = await signIn(app)
    const latest = await rotated(app, old)
    const { sessions } = await app.storedSession.list()
    const listed = sessions.map(({ handle, state, endReason, user }) => [handle, state, endReason, user])
    const expected = [
      [handleOf(old), 'ended', 'rotated', undefined],
      [handleOf(latest), 'live', undefined, 'ada'],
    ]
    assert.deepEqual(listed.toSorted(), expected.toSorted())
    assert.equal(sessions[0]!.createdAt.getTime(), sessions[1]!.createdAt.getTime())
  })

  // Elsewhere a statement sees each row as it is when it comes to it, or keeps all others out.
  if (target.dialect !== 'pg') return

  const filters: Record<string, RevokeFilter> = {
    'of a user': { user: 'ada' },
    'of an age of a user': { user: 'ada', before: new Date(Date.now() + 3_600_000) },
    'of everybody': { all: true },
  }
  for (const [name, filter] of Object.entries(filters)) {
    test(`a revocation ${name} ends a session whose id is rotated while its statement runs`, async () => {
      const [first, rotating] = await inStoredOrder(suite.database, await signIn(app), await signIn(app))
      const release = await holdRow(suite.database, first.id)
      const revocation = app.storedSession.revoke(filter)
      await until('the revocation waits for the first row', async () => (await waitingStatements(suite.database)) === 1)
      const latest = await rotated(app, rotating)
      await release()
      await revocation
      for (const visitor of [first, rotating, latest]) {
        assert.equal((await visitor.me()).userId, undefined)
      }
    })
  }
})

/** The one of two visitors to whom a statement over all comes first: partitions have an order of their own. */
async function inStoredOrder(database: TestDatabase, one: Visitor, other: Visitor): Promise<[Visitor, Visitor]> {
  const [row] = await database.query('SELECT sid FROM stored_sessions WHERE sid IN ($1, $2) ORDER BY tableoid, ctid', [
    sidOf(one.id),
    sidOf(other.id),
  ])
  return sidOf(one.id).equals(row!.sid as Buffer) ? [one, other] : [other, one]
}

/** Keeps everybody else from changing a row, until the function that it yields is called. */
async function holdRow(database: TestDatabase, id: string): Promise<() => Promise<void>> {
  const sql = postgres(database.url, { max: 1, onnotice: () => {} })
  const connection = await sql.reserve()
  await connection`begin`
  await connection`select 1 from stored_sessions where sid = ${sidOf(id)} for update`
  return async () => {
    await connection`rollback`
    connection.release()
    await sql.end()
  }
}

async function waitingStatements(database: TestDatabase): Promise<number> {
  const [row] = await database.query(`select count(*) as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`)
  return Number(row?.n)
}
