import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import postgres from 'postgres'
import type { RevokeFilter } from '../src/index.ts'
import { openApp } from './app.ts'
import { forEachDatabase, type TestDatabase } from './harness/databases.ts'
import { sidOf } from './rows.ts'
import { until } from './until.ts'
import { signIn, visitorOf } from './visitor.ts'

forEachDatabase((target) => {
  // Elsewhere a statement sees each row as it is when it comes to it, or keeps all others out.
  if (target.dialect !== 'pg') return

  let database: TestDatabase
  let app: FastifyInstance

  before(async () => {
    database = await target.create()
    const user = (session: Record<string, unknown>) => session.userId as string | undefined
    app = await openApp(database.url, { options: { user }, routes: addRotateRoute })
  })
  beforeEach(() => database.query('DELETE FROM stored_sessions'))
  after(async () => {
    await app.close()
    await database.drop()
  })

  const filters: Record<string, RevokeFilter> = {
    'of a user': { user: 'ada' },
    'of an age of a user': { user: 'ada', before: new Date(Date.now() + 3_600_000) },
    'of everybody': { all: true },
  }
  for (const [name, filter] of Object.entries(filters)) {
    test(`a revocation ${name} ends a session whose id is rotated while its statement runs`, async () => {
      const [first, rotating] = [await signIn(app), await signIn(app)]
      const release = await holdRow(database, first.id)
      const revocation = app.storedSession.revoke(filter)
      await until('the revocation waits for the first row', async () => (await waitingStatements(database)) === 1)
      const response = await rotating.post('/rotate')
      assert.equal(response.json().rotated, true)
      await release()
      await revocation
      const { value } = response.cookies.find((cookie) => cookie.name === 'sessionId')!
      for (const visitor of [first, rotating, visitorOf(app, response.json().id, value)]) {
        assert.equal((await visitor.me()).userId, undefined)
      }
    })
  }
})

function addRotateRoute(app: FastifyInstance): void {
  app.post('/rotate', async (request) => {
    const rotated = await app.storedSession.rotateId(request)
    return { rotated, id: request.session.sessionId }
  })
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
