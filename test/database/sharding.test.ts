import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { openDatabase } from '../../src/database/open.ts'
import { envelopeKeys, type StoredSessionOptions } from '../../src/index.ts'
import { newEvent } from '../../src/testing/storage/history-rows.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { addPathRoutes, walkRequestPath } from '../sharding/request-path.ts'
import { keysIn, objectionsTo } from '../sharding/statement-rules.ts'
import { tableFacts } from '../sharding/table-rules.ts'
import { Browser } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { allRows } from '../support/rows.ts'
import { until } from '../support/until.ts'
import { userIdOf } from '../support/user-id.ts'
import { noting, type Sent } from '../trimming/sent-statements.ts'

const kindOf = ({ text }: Sent) => text.trim().slice(0, 6).toLowerCase()
const isByUser = ({ text }: Sent) => /^\s*select\b.* where ["`]user_id["`] = /is.test(text)

forEachDatabase((target) => {
  const suite = appSuite(target)
  const client = suite.opening((database) => noting(database, 4))
  let app: FastifyInstance

  afterEach(() => app?.close())

  async function open(options: Partial<StoredSessionOptions> = {}): Promise<void> {
    app = await suite.openOn(client.drizzle, { options: { user: userIdOf, ...options }, routes: addPathRoutes })
    client.sent.length = 0
  }

  const touched = () =>
    until('all who are there are touched', async () =>
      (await allRows(suite.database)).every(({ endedAt, touchedAt }) => endedAt !== null || touchedAt === Date.now()),
    )

  const objections = () => objectionsTo(client.sent, target.dialect)

  test('every statement of the request path names its keys, one table, and stands alone', async (t) => {
    await open()
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
    await walkRequestPath(app, (ms) => t.mock.timers.tick(ms), touched)
    assert.deepEqual(objections(), [])
    assert.deepEqual(seen(client.sent), SEEN[target.dialect])
    const stored = new Set((await allRows(suite.database)).map(({ sid }) => sid.toString('hex')))
    assert.deepEqual(
      client.sent.flatMap(keysIn).filter((key) => !stored.has(key)),
      [],
    )
  })

  test('wrapped keys are read at the start and not by requests', async () => {
    const masked = async (key: Uint8Array) => key.map((byte) => byte ^ 255)
    await open({ keys: envelopeKeys({ wrap: masked, unwrap: masked }) })
    const browser = new Browser(app)
    for (const content of [{ n: 1 }, { n: 2 }]) await browser.post('/change', content)
    assert.equal((await browser.get('/me')).json().n, 2)
    assert.deepEqual(objections(), [])
    assert.deepEqual(client.sent.map(kindOf), ['insert', 'select', 'update', 'select'])
  })

  for (const evict of ['oldest', 'least-recent', 'refuse'] as const) {
    test(`maxPerUser, ${evict}, adds a list of the user's sessions to signing in, and nothing else`, async () => {
      const userId = `user-${evict}`
      await open({ maxPerUser: 2, evict })
      const browsers = Array.from({ length: 2 }, () => new Browser(app))
      for (const browser of browsers) await browser.post('/sign-in', { userId })
      const lists = client.sent.filter(isByUser)
      assert.equal(lists.length, 2)
      assert.deepEqual(
        objections().map(({ rule, statement }) => [rule, isByUser(statement)]),
        lists.map(() => ['key', true]),
      )
      client.sent.length = 0
      for (const browser of browsers) await browser.post('/change', { n: 1 })
      for (const browser of browsers) await browser.post('/logout')
      assert.deepEqual(objections(), [])
    })
  }

  test('events are stored, erased and sealed again by statements that name their sessions', async () => {
    await open()
    const { history } = await openDatabase(target.dialect, client.drizzle, 'stored_sessions')
    const events = Array.from({ length: 20 }, () => newEvent({ userId: 'ada' }))
    await history!.insertMany(events.slice(0, 1))
    await history!.insertMany(events)
    assert.equal(await history!.reseal({ ...events[0]!, keyId: 3 }), true)
    const sids = events.map(({ sid }) => sid)
    assert.equal(await history!.erase(sids, 'ada'), 20)
    assert.deepEqual(objections(), [])
    assert.ok(new Set(client.sent.flatMap(keysIn)).size >= sids.length)
    const counts = { pg: 4, mysql: 4, sqlite: 23 }
    const sent = client.sent.filter((one) => /^(insert|update)$/.test(kindOf(one)))
    assert.equal(sent.length, counts[target.dialect])
  })

  test('the keys of the tables begin with the sid, and nothing of them reaches beyond its own row', async () => {
    assert.deepEqual(await tableFacts(suite.database, 'stored_sessions'), {
      primaryKey: ['sid'],
      uniqueBesides: [],
      foreignKeys: [],
      counted: [],
      triggers: [],
    })
    const ofEvents = await tableFacts(suite.database, 'stored_sessions_events')
    const none = { uniqueBesides: [], foreignKeys: [], counted: [], triggers: [] }
    assert.deepEqual(ofEvents, { primaryKey: ['sid', 'id'], ...none })
  })
})

/** Each kind of statement, and whether it names one key or several. */
function seen(sent: readonly Sent[]): string[] {
  const named = sent.map((statement) => ({ kind: kindOf(statement), keys: new Set(keysIn(statement)).size }))
  const kinds = named.filter(({ keys }) => keys > 0).map(({ kind, keys }) => `${kind} ${keys > 1 ? 'many' : 'one'}`)
  return [...new Set(kinds)].sort()
}

const ONE = ['insert one', 'select one', 'update one']
const SEEN = {
  pg: [...ONE, 'select many', 'update many'].sort(),
  mysql: [...ONE, 'select many', 'update many'].sort(),
  sqlite: ONE,
}
