import assert from 'node:assert/strict'
import { after, before, mock, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import { gauges } from '../../src/telemetry/gauges.ts'
import { metrics, prometheusName } from '../../src/telemetry/metrics.ts'
import { sessionMetrics } from '../../src/telemetry/prometheus.ts'
import { databases, type TestDatabase } from '../harness/databases.ts'
import { openApp } from '../support/app.ts'
import { addEndedMeanwhileRoute } from '../support/ended-meanwhile.ts'
import { type FailingDatabase, failingDatabase } from '../support/failing-database.ts'
import { setColumn, sidOf } from '../support/rows.ts'
import { userIdOf } from '../support/user-id.ts'
import { signIn } from '../support/visitor.ts'

const target = databases[0]!

let database: TestDatabase
let failing: FailingDatabase
let app: FastifyInstance
const register = new Registry()

before(async () => {
  database = await target.create()
  await (await openApp(database.url)).close()
  failing = await failingDatabase(database)
  app = await openApp(failing.database, {
    options: { migrate: false, user: userIdOf },
    routes: addEndedMeanwhileRoute,
  })
  sessionMetrics(app.storedSession, { register })
})
after(async () => {
  await app.close()
  await failing.close()
  await database.drop()
})

/** The value of one series: of a histogram, how many values it has. */
async function countOf(name: string, labels: Record<string, string> = {}): Promise<number> {
  const metric = await register.getSingleMetric(name)!.get()
  const counted = metric.type === ('histogram' as never) ? `${name}_count` : name
  const found = metric.values.filter((value) => {
    const isNamed = ((value as { metricName?: string }).metricName ?? name) === counted
    return isNamed && Object.entries(labels).every(([label, wanted]) => value.labels[label] === wanted)
  })
  return found.reduce((sum, { value }) => sum + value, 0)
}

test('operations are counted by their outcomes, with durations and sizes', async () => {
  const ada = await signIn(app)
  await ada.me()
  await ada.post('/change', { n: 1 })
  const duration = 'stored_session_operation_duration_seconds'
  const table = 'stored_sessions'
  assert.equal(await countOf(duration, { operation: 'read', outcome: 'found', table }), 2)
  assert.equal(await countOf(duration, { operation: 'write', outcome: 'created', table }), 1)
  assert.equal(await countOf(duration, { operation: 'write', outcome: 'updated', table }), 2)
  assert.equal(await countOf('stored_session_payload_size_bytes', { operation: 'read' }), 2)
  assert.equal(await countOf('stored_session_database_duration_seconds', { operation: 'read' }), 2)
  assert.equal(await countOf('stored_session_cryptography_duration_seconds', { operation: 'write' }), 3)
  assert.equal(await countOf('stored_session_statement_sessions', { operation: 'read' }), 2)
  assert.equal(await countOf('stored_session_created_total'), 1)
})

test('ends are counted by reason, and so is what does not open', async () => {
  const [out, idle, damaged, revoked] = [await signIn(app), await signIn(app), await signIn(app), await signIn(app)]
  await out.post('/logout')
  await setColumn(database, idle.id, 'expires_at', 1)
  await idle.me()
  await setColumn(database, damaged.id, 'data', Buffer.from('damaged'))
  await damaged.me()
  await revoked.post('/change', { userId: 'grace' })
  await app.storedSession.revoke({ user: 'grace' })
  const reasons = ['destroyed', 'idle', 'revoked']
  const counts = reasons.map((reason) => countOf('stored_session_ended_total', { reason }))
  assert.deepEqual(await Promise.all(counts), [1, 1, 1])
  assert.equal(await countOf('stored_session_unreadable_total', { reason: 'malformed' }), 1)
})

test('conflicts, late saves, faults and trimmed rows are counted', async () => {
  const ada = await signIn(app)
  await Promise.all([1, 2].map((n) => ada.post('/change', { n })))
  await ada.post('/ended-meanwhile', { n: 1 })
  failing.failing.add('read')
  await ada.me()
  failing.failing.clear()
  await setColumn(database, ada.id, 'trim_at', 0)
  await app.storedSession.trim()
  const code = 'FST_STORED_SESSION_UNAVAILABLE'
  const counts = ['conflicts', 'gone', 'trimmed'].map((name) => countOf(`stored_session_${name}_total`))
  assert.deepEqual(await Promise.all(counts), [1, 1, 1])
  assert.equal(await countOf('stored_session_faults_total', { operation: 'read', code }), 1)
})

test('no label tells one session from another', async () => {
  const visitors = await Promise.all(Array.from({ length: 20 }, () => signIn(app)))
  await Promise.all(visitors.map((visitor) => visitor.post('/change', { userId: `user-of-${visitor.id}` })))
  const before = (await register.metrics()).split('\n').length
  const more = await Promise.all(Array.from({ length: 20 }, () => signIn(app)))
  await Promise.all(more.map((visitor) => visitor.post('/change', { userId: `user-of-${visitor.id}` })))
  const text = await register.metrics()
  assert.equal(text.split('\n').length, before)
  for (const { id } of [...visitors, ...more]) {
    assert.ok(!text.includes(id) && !text.includes(sidOf(id).toString('hex')))
  }
})

test('gauges tell what is in the table, the rows of each key, and what trimming left', async () => {
  const measured = new Registry()
  const recording = sessionMetrics(app.storedSession, { register: measured })
  const gauge = async (name: string) => (await measured.getSingleMetric(`stored_session_${name}`)!.get()).values
  assert.deepEqual(await gauge('trim_backlog'), [])
  await app.storedSession.trim()
  const { live, ended, expired } = await app.storedSession.stats()
  const table = 'stored_sessions'
  assert.deepEqual(
    (await gauge('sessions')).map(({ value, labels }) => [labels.state, labels.table, value]),
    [
      ['live', table, live],
      ['ended', table, ended],
      ['expired', table, expired],
    ],
  )
  const keys = await gauge('key_rows')
  assert.ok(live > 0 && keys.some(({ labels, value }) => /^\d+$/.test(String(labels.key)) && value >= live))
  assert.deepEqual(await gauge('trim_backlog'), [{ value: 0, labels: { table } }])
  recording.stop()
  assert.deepEqual(await gauge('sessions'), [])
})

test('the table is looked at once a minute however often metrics are asked for, and not without gauges', async () => {
  mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const { store } = app.storedSession
  const stats = mock.method(store, 'stats')
  const keys = mock.method(store, 'countByKey')
  const calls = () => [stats.mock.callCount(), keys.mock.callCount()]
  const without = new Registry()
  sessionMetrics(store, { register: without, gauges: false }).stop()
  await without.metrics()
  assert.deepEqual(calls(), [0, 0])
  const measured = new Registry()
  const recording = sessionMetrics(store, { register: measured })
  for (let scrape = 0; scrape < 3; scrape++) await measured.metrics()
  assert.deepEqual(calls(), [1, 1])
  for (const minutes of [1, 14]) {
    mock.timers.setTime(Date.now() + minutes * 60_000)
    await measured.metrics()
  }
  assert.deepEqual(calls(), [3, 2])
  recording.stop()
  mock.restoreAll()
  mock.timers.reset()
})

test('a store that cannot be asked has no gauges, and the other metrics all the same', async () => {
  const measured = new Registry()
  const closed = await openApp(database.url)
  sessionMetrics(closed.storedSession, { register: measured })
  await closed.close()
  const text = await measured.metrics()
  assert.match(text, /TYPE stored_session_sessions gauge/)
  assert.doesNotMatch(text, /^stored_session_sessions\{/m)
})

test('two applications share a register, told apart by their tables, and stop one by one', async () => {
  const other = await openApp(database.url, { options: { table: 'other_sessions' } })
  const recording = sessionMetrics(other.storedSession, { register })
  const created = (table: string) => countOf('stored_session_created_total', { table })
  const before = await created('stored_sessions')
  await signIn(other)
  assert.deepEqual([await created('stored_sessions'), await created('other_sessions')], [before, 1])
  recording.stop()
  await signIn(other)
  await signIn(app)
  assert.deepEqual([await created('stored_sessions'), await created('other_sessions')], [before + 1, 1])
  await other.close()
})

test('every metric is in the register under its name for Prometheus', async () => {
  const names = (await register.getMetricsAsJSON()).map(({ name }) => name)
  const stated = Object.values({ ...metrics, ...gauges }).map(prometheusName)
  assert.deepEqual(names.toSorted(), stated.toSorted())
})
