import assert from 'node:assert/strict'
import { afterEach, before, test } from 'node:test'
import fastifyCookie from '@fastify/cookie'
import Fastify, { type FastifyInstance } from 'fastify'
import { type StoredSessionOptions, storedSession } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { type AppSetup, Browser, openApp, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { failingDatabase } from '../support/failing-database.ts'
import { allRows, sidOf, storedRow } from '../support/rows.ts'
import { secret } from '../support/stores.ts'
import { signIn } from '../support/visitor.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

// The names of these tests are what docs/from-rails.md has of the README of activerecord-session_store.
forEachDatabase((target) => {
  const suite = appSuite(target)
  let app: FastifyInstance | undefined

  before(async () => (await suite.open()).close())
  afterEach(async () => {
    await app?.close()
    app = undefined
    await suite.database.query('DELETE FROM stored_sessions')
  })

  async function open(options: Partial<StoredSessionOptions> = {}, setup: AppSetup = {}): Promise<FastifyInstance> {
    app = await suite.open({ ...setup, options })
    return app
  }

  /** What comes back of a value that was put into a session. */
  async function storedAndRead(options: Partial<StoredSessionOptions>, value: unknown): Promise<unknown> {
    let read: unknown
    await open(options, {
      routes(app) {
        app.post('/put', async (request) => {
          sessionOf(request).value = value
          return {}
        })
        app.get('/take', async (request) => {
          read = sessionOf(request).value
          return {}
        })
      },
    })
    const browser = new Browser(app!)
    await browser.post('/put')
    await browser.get('/take')
    return read
  }

  test('rake db:migrate', async () => {
    const empty = await target.create()
    try {
      const refused = Fastify()
      const options = { database: empty.url, secret, migrate: false }
      await assert.rejects(async () => refused.register(storedSession, options), /npx stored-session migrate/)
      await refused.close().catch(() => {})
      app = await openApp(empty.url, { options: { migrate: true } })
      assert.equal((await (await signIn(app)).me()).userId, 'ada')
      await app.close()
    } finally {
      await empty.drop()
    }
  })

  test("key: '_my_app_session'", async () => {
    await open({ cookieName: '_my_app_session' })
    const browser = new Browser(app!)
    await browser.post('/login')
    assert.deepEqual(Object.keys(browser.cookies()), ['_my_app_session'])
    assert.equal((await browser.get('/me')).json().userId, 'ada')
  })

  test('rake db:sessions:trim', async (t) => {
    await open({ idleTimeout: '2h' })
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() - 10 * DAY })
    await signIn(app!)
    t.mock.timers.reset()
    const alive = await signIn(app!)
    await app!.storedSession.trim()
    assert.deepEqual(
      (await allRows(suite.database)).map(({ sid }) => sid),
      [sidOf(alive.id)],
    )
    assert.equal((await alive.me()).userId, 'ada')
  })

  test('SESSION_DAYS_TRIM_THRESHOLD', async (t) => {
    await open({ idleTimeout: '10d', absoluteTimeout: false })
    const visitor = await signIn(app!)
    const rowsWithin = async (days: number) => {
      t.mock.timers.setTime(begun + days * DAY)
      await app!.storedSession.trim()
      return (await allRows(suite.database)).some(({ sid }) => sid.equals(sidOf(visitor.id)))
    }
    const begun = Date.now()
    t.mock.timers.enable({ apis: ['Date'], now: begun })
    // A row stays for two hours at most after its session is over.
    assert.deepEqual([await rowsWithin(9.9), await rowsWithin(10.1)], [true, false])
  })

  test('secure_session_only: true', async () => {
    await open()
    const { id } = await signIn(app!)
    const hash = sidOf(id).toString('hex')
    // As somebody could try who has read the database and learned the secret.
    for (const read of [hash, `2::${hash}`]) {
      const sessionId = new fastifyCookie.Signer(secret).sign(read)
      assert.deepEqual((await app!.inject({ url: '/me', cookies: { sessionId } })).json(), { endReason: 'unknown' })
    }
  })

  test('id, session_id and data', async () => {
    await open()
    const { id } = await signIn(app!)
    const row = await storedRow(suite.database, id)
    assert.ok(Buffer.isBuffer(row.data) && !row.data.includes('ada'))
    const [columns] = await suite.database.query('SELECT * FROM stored_sessions')
    assert.ok(!('id' in columns!) && 'sid' in columns!)
  })

  test('ActionController::SessionOverflowError', async () => {
    await open({ maxBytes: 500 })
    const browser = new Browser(app!)
    await browser.post('/login')
    const refused = await browser.post('/change', { n: 'x'.repeat(500) })
    assert.deepEqual([refused.statusCode, refused.json().code], [500, 'FST_STORED_SESSION_TOO_LARGE'])
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
  })

  test("Session.table_name = 'legacy_session_table'", async () => {
    await open({ table: 'legacy_session_table' })
    await signIn(app!)
    const [counted] = await suite.database.query('SELECT COUNT(*) AS n FROM legacy_session_table')
    assert.equal(Number(counted!.n), 1)
  })

  test('Session.serializer = :json', async () => {
    const value = { n: 1, list: ['a', null, true] }
    assert.deepEqual(await storedAndRead({ serializer: 'json' }, value), value)
  })

  test('Session.serializer = :hybrid', async () => {
    const browser = new Browser(await open({ serializer: 'json' }))
    await browser.post('/login')
    await app!.close()
    await open({ serializer: 'hybrid' })
    const again = new Browser(app!, browser.cookies())
    assert.equal((await again.get('/me')).json().userId, 'ada')
    await again.post('/change', { n: 2 })
    assert.deepEqual((await again.get('/me')).json(), { userId: 'ada', n: 2 })
  })

  test('a serializer with load and dump', async () => {
    const serializer = {
      serialize: (value: unknown) => Buffer.from(`mine${JSON.stringify(value)}`),
      deserialize: (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString().slice('mine'.length)),
    }
    assert.deepEqual(await storedAndRead({ serializer }, { n: 1 }), { n: 1 })
  })

  test('Session.serializer = :marshal', async () => {
    const value = new Map<string, unknown>([
      ['at', new Date(5)],
      ['all', new Set([1n])],
    ])
    assert.deepEqual(await storedAndRead({}, value), value)
  })

  test('created_at and updated_at', async () => {
    const begun = Date.now()
    await open()
    const { id } = await signIn(app!)
    const row = await storedRow(suite.database, id)
    for (const time of [row.createdAt, row.touchedAt]) assert.ok(time >= begun && time <= Date.now())
  })

  test('ActiveRecordStore.session_class = MySessionClass', async () => {
    const storage = await failingDatabase(suite.database)
    app = await openApp(storage.database)
    assert.equal((await (await signIn(app)).me()).userId, 'ada')
    assert.ok(storage.asked.includes('read') && storage.asked.includes('insert'))
    await app.close()
    await storage.close()
  })

  test('MyLogger.include ActiveSupport::LoggerSilence', async () => {
    const lines: string[] = []
    const logger = { level: 'trace', stream: { write: (line: string) => void lines.push(line) } }
    await open({}, { server: { logger } })
    const visitor = await signIn(app!)
    await visitor.post('/change', { n: 'planted words' })
    await visitor.me()
    const text = lines.join('')
    assert.ok(lines.length > 4)
    for (const hidden of [visitor.id, visitor.sessionId, 'planted words', 'UPDATE', 'INSERT']) {
      assert.ok(!text.includes(hidden), hidden)
    }
  })

  test('CVE-2019-25025', async () => {
    await open()
    const { id } = await signIn(app!)
    const stored = Object.values((await storedRow(suite.database, id)) as object).map((value) =>
      Buffer.isBuffer(value) ? value.toString('latin1') : String(value),
    )
    assert.ok(stored.includes(sidOf(id).toString('latin1')))
    for (const value of stored) assert.ok(!value.includes(id))
  })
})
