import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type { FastifyInstance, LightMyRequestResponse as Response } from 'fastify'
import { type Dialect, forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { cookieLines, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { logTo } from '../support/log-lines.ts'
import { storedRow } from '../support/rows.ts'
import { until } from '../support/until.ts'
import { userIdOf } from '../support/user-id.ts'
import { signIn } from '../support/visitor.ts'

const UNAVAILABLE = {
  statusCode: 503,
  code: 'FST_STORED_SESSION_UNAVAILABLE',
  error: 'Service Unavailable',
  message: 'The session store is not available at the moment; try again shortly',
}

const TOUCH_FAILED = 'touch in the background failed; it will be tried again'

/** Lets reads through and fails every UPDATE, with a message that quotes a value. */
const REFUSING_UPDATES: Record<Dialect, string[]> = {
  sqlite: [`CREATE TRIGGER refusal BEFORE UPDATE ON stored_sessions BEGIN SELECT RAISE(ABORT, 'not for ''ada'''); END`],
  pg: [
    `CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE 'not for "ada"'; END $$ LANGUAGE plpgsql`,
    'CREATE TRIGGER refusal BEFORE UPDATE ON stored_sessions FOR EACH ROW EXECUTE FUNCTION refuse()',
  ],
  mysql: [
    `CREATE TRIGGER refusal BEFORE UPDATE ON stored_sessions FOR EACH ROW
     SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not for "ada"'`,
  ],
}

forEachDatabase((target) => {
  const suite = appSuite(target)
  let app: FastifyInstance
  let lines: Record<string, unknown>[] = []

  /** Takes the table away, so that every statement fails until it is back. */
  const takeAway = () => suite.database.query('ALTER TABLE stored_sessions RENAME TO elsewhere')
  const bringBack = () => suite.database.query('ALTER TABLE elsewhere RENAME TO stored_sessions')

  before(async () => {
    app = await suite.open({
      server: logTo((line) => void lines.push(line)),
      options: { user: userIdOf },
      routes(app) {
        app.post('/change-without-table', async (request) => {
          sessionOf(request).n = 'lost'
          await takeAway()
          return {}
        })
        app.post('/destroy-without-table', async (request) => {
          await takeAway()
          await request.session.destroy()
          return {}
        })
        app.post('/save-without-table', async (request) => {
          sessionOf(request).n = 'lost'
          await takeAway()
          await request.session.save()
          return {}
        })
      },
    })
  })
  beforeEach(() => {
    lines = []
  })

  /** A plain 503 that leaves the cookie alone and shows nothing of the database, to the client or of ids to the log. */
  function isUnavailable(response: Response, hidden: string[]): void {
    assert.deepEqual(response.json(), UNAVAILABLE)
    assert.deepEqual(cookieLines(response), [])
    const log = JSON.stringify(lines)
    for (const text of hidden) assert.ok(!log.includes(text), 'the log must not show an id')
    assert.ok(!/update |insert |select /i.test(log), 'the log must not show a statement')
  }

  test('a session that cannot be read is a 503, and the same cookie works afterwards', async () => {
    const visitor = await signIn(app)
    await takeAway()
    isUnavailable(await app.inject({ url: '/me', cookies: { sessionId: visitor.sessionId } }), [visitor.id])
    isUnavailable(await visitor.post('/login'), [visitor.id])
    assert.equal((await app.inject('/')).statusCode, 200)
    await bringBack()
    assert.deepEqual(await visitor.me(), { userId: 'ada' })
  })

  test('many requests at once that cannot be read each get their 503', async () => {
    const visitors = await Promise.all(Array.from({ length: 20 }, () => signIn(app)))
    await takeAway()
    const responses = await Promise.all(visitors.map((visitor) => visitor.post('/change', { n: 1 })))
    for (const response of responses) isUnavailable(response, [])
    await bringBack()
    for (const visitor of visitors) assert.deepEqual(await visitor.me(), { userId: 'ada' })
  })

  for (const url of ['/change-without-table', '/save-without-table', '/destroy-without-table']) {
    test(`a statement that fails in ${url} is a 503, and the session stays as it was`, async () => {
      const visitor = await signIn(app)
      const before = await storedRow(suite.database, visitor.id)
      const response = await visitor.post(url)
      await bringBack()
      isUnavailable(response, [visitor.id, visitor.sessionId])
      assert.deepEqual(await storedRow(suite.database, visitor.id), before)
      assert.deepEqual(await visitor.me(), { userId: 'ada' })
    })
  }

  test('a new session that cannot be stored gets a 503 and no cookie', async () => {
    const response = await app.inject({ method: 'POST', url: '/change-without-table' })
    await bringBack()
    isUnavailable(response, [])
  })

  test('a touch that fails is a line in the log, and no request notices', async (t) => {
    const visitor = await signIn(app)
    for (const statement of REFUSING_UPDATES[target.dialect]) await suite.database.query(statement)
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 120_000 })
    assert.deepEqual(await visitor.me(), { userId: 'ada' })
    await until('the touch has failed', () => lines.some(({ level }) => level === 50))
    const [failure, ...more] = lines.filter(({ level }) => level === 50)
    assert.deepEqual([failure?.plugin, failure?.msg, more], ['stored-session', TOUCH_FAILED, []])
    assert.ok(!JSON.stringify(failure).includes('ada'), 'the log must not show what the database quotes')
    await suite.database.query(`DROP TRIGGER refusal${target.dialect === 'pg' ? ' ON stored_sessions' : ''}`)
    assert.deepEqual(await visitor.me(), { userId: 'ada' })
    await until('the next touch is stored', async () => {
      return (await storedRow(suite.database, visitor.id)).touchedAt === Date.now()
    })
  })

  test('what is asked for by hand fails with the same error', async () => {
    await takeAway()
    const { statusCode, code, message } = UNAVAILABLE
    await assert.rejects(app.storedSession.trim(), { statusCode, code, message })
    await assert.rejects(app.storedSession.revoke({ user: 'ada' }), { statusCode, code, message })
    await bringBack()
  })

  if (target.dialect === 'sqlite') return

  test('connections that the server closed are opened anew, and no visitor is logged out', async () => {
    const visitors = await Promise.all(Array.from({ length: 10 }, () => signIn(app)))
    await Promise.all(visitors.map((visitor) => visitor.me()))
    await closeConnections(suite.database)
    for (const visitor of visitors) {
      await until('the visitor is known again', async () => {
        const response = await app.inject({ url: '/me', cookies: { sessionId: visitor.sessionId } })
        if (response.statusCode === 503) return false
        assert.deepEqual([response.json(), cookieLines(response)], [{ userId: 'ada' }, []])
        return true
      })
    }
  })
})

/** Ends every connection to this database; those that have ended by themselves meanwhile cannot be ended. */
async function closeConnections(database: TestDatabase): Promise<void> {
  if (database.dialect === 'pg') {
    const others = `FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
    const ended = await database.query(`SELECT pg_terminate_backend(pid) ${others}`)
    return assert.ok(ended.length > 0)
  }
  const name = new URL(database.url).pathname.slice(1)
  const connections = (await database.query('SHOW PROCESSLIST')).filter(({ db }) => db === name)
  assert.ok(connections.length > 1)
  for (const { Id } of connections) await database.query(`KILL ${Number(Id)}`).catch(() => {})
}
