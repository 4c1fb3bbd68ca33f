import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { Visit } from '../../../src/dashboard/frame/visit.ts'
import { keyCountKind } from '../../../src/dashboard/housekeeping/housekeeping-kinds.ts'
import type { JobKind } from '../../../src/dashboard/job-pages/job-kind.ts'
import { jobPage } from '../../../src/dashboard/job-pages/job-page.ts'
import { Jobs } from '../../../src/dashboard/jobs/jobs.ts'
import type { SessionDatabase } from '../../../src/database/contract/session-database.ts'
import { openDatabase } from '../../../src/database/open.ts'
import { databases } from '../../harness/databases.ts'
import { appSuite } from '../../support/app-suite.ts'
import { gatedDatabase } from '../../support/gated-database.ts'
import { until } from '../../support/until.ts'
import { userIdOf } from '../../support/user-id.ts'
import { dashboardRoutes, Operator, signIn } from '../dashboard-app.ts'
import { endedJob, fieldsOf, startJob, textOf } from './jobs-on-pages.ts'

const options = { user: userIdOf, metadata: true }

describe('a job that runs', () => {
  const suite = appSuite(databases[0]!)
  const gated = suite.opening(gatedDatabase)
  let app: FastifyInstance
  let operator: Operator

  before(async () => {
    await suite.open({ options })
    app = await suite.openOn(gated.database, { options, routes: dashboardRoutes() })
    operator = new Operator(app)
  })

  test('shows its progress, and stops after the sessions that are on their way', async () => {
    for (let index = 0; index < 40; index++) await signIn(app, `user-${index}`)
    const fields = { what: 'some', age: '<1h' }
    const rehearsal = await endedJob(operator, await startJob(operator, '/incident/rehearsal', fields, '/incident'))
    const held = gated.hold('end', 'before')
    const confirmed = { ...fieldsOf(rehearsal, '/incident/end'), word: 'END' }
    const path = await startJob(operator, '/incident/end', confirmed, '/incident')
    await held.arrived
    const { body } = await operator.show(path)
    assert.match(body, /data-refresh="2"/)
    assert.match(body, /<progress value="0" max="40"/)
    assert.match(textOf(body), /running started now by grace Progress Ended 0 Of 40/)
    const { job } = fieldsOf(body, '/incident/stop')
    assert.equal((await operator.submit('/incident/stop', { job: job! }, { page: path })).statusCode, 303)
    held.release()
    const ended = await endedJob(operator, path)
    assert.match(textOf(ended), /It was stopped .* Ended 16 Of 40/)
    assert.equal(await app.storedSession.count({ state: 'live' }), 24)
    assert.match(textOf((await operator.show('/incident')).body), /Ending sessions stopped/)
  })

  test('is stopped by no other process, and not with the permission of another part', async () => {
    const elsewhere = new Operator(await suite.open({ options, routes: dashboardRoutes() }))
    await signIn(app, 'ada')
    const plan = { what: 'some', user: 'ada', age: '<1h' }
    const rehearsal = await endedJob(operator, await startJob(operator, '/incident/rehearsal', plan, '/incident'))
    const held = gated.hold('end', 'before')
    const confirmed = { ...fieldsOf(rehearsal, '/incident/end'), word: 'END' }
    const path = await startJob(operator, '/incident/end', confirmed, '/incident')
    await held.arrived
    const job = path.slice('/jobs/'.length)
    for (const [who, stop] of [
      [elsewhere, '/incident/stop'],
      [operator, '/housekeeping/stop'],
    ] as const) {
      const { statusCode, body } = await who.submit(stop, { job }, { page: '/incident' })
      assert.equal(statusCode, 409)
      assert.match(textOf(body), /Nothing was stopped: this process does not know the job/)
      assert.equal(fieldsOf(body, stop).job, job)
    }
    held.release()
    assert.match(textOf(await endedJob(operator, path)), /1 session ended/)
  })

  test('has a page for those alone who may start it', async () => {
    const path = await startJob(operator, '/housekeeping/keys', {}, '/housekeeping')
    assert.equal((await new Operator(app, 'vi', 'view,revoke').show(path)).statusCode, 403)
    assert.match(textOf(await endedJob(new Operator(app, 'ken', 'view,keys'), path)), /Sessions by key done/)
    const { body } = await new Operator(app, 'vi', 'view').show('/housekeeping')
    assert.ok(!body.includes(path))
    assert.match(textOf(body), /Sessions by key done/)
  })

  test('is not found by an address that names none', async () => {
    for (const id of ['x', '%3Cb%3E', 'x'.repeat(44)]) {
      assert.equal((await operator.show(`/jobs/${id}`)).statusCode, 404)
    }
    assert.equal((await operator.submit('/incident/stop', { job: '"><b>' }, { page: '/incident' })).statusCode, 404)
  })
})

describe('a job that the database holds up', () => {
  const suite = appSuite(databases[0]!)
  let database: SessionDatabase
  let count: () => Promise<never>
  const lines: string[] = []

  before(async () => {
    await suite.open()
    const real = await openDatabase(suite.database.dialect, suite.database.url, 'stored_sessions')
    database = new Proxy(real, {
      get: (target, name) => (name === 'countByKey' ? () => count() : Reflect.get(target, name)),
    })
  })

  const open = () =>
    suite.openOn(database, {
      options,
      routes: dashboardRoutes(),
      server: { logger: { level: 'error', stream: { write: (line: string) => lines.push(line) } } },
    })

  test('fails with a page that repeats no message of a driver, which is in the log', async () => {
    const operator = new Operator(await open())
    count = async () => {
      throw new Error('cannot connect with hunter2')
    }
    const body = await endedJob(operator, await startJob(operator, '/housekeeping/keys', {}, '/housekeeping'))
    assert.match(
      textOf(body),
      /failed .* It failed The database or the key provider does not answer.* the log of the application has the reason/,
    )
    assert.ok(!body.includes('hunter2'))
    await until('the log has the reason', () =>
      lines.some((line) => line.includes('hunter2') && line.includes('grace')),
    )
  })

  test('leaves room for three others, stops at once, and holds up no application that closes', async () => {
    const app = await open()
    const operator = new Operator(app)
    count = () => new Promise(() => {})
    const paths: string[] = []
    for (let index = 0; index < 4; index++) {
      paths.push(await startJob(operator, '/housekeeping/keys', {}, '/housekeeping'))
    }
    const refused = await operator.submit('/housekeeping/keys', {}, { page: '/housekeeping' })
    assert.deepEqual([refused.statusCode, refused.headers['retry-after']], [429, '10'])
    const [first] = paths as [string]
    const job = first.slice('/jobs/'.length)
    await operator.submit('/housekeeping/stop', { job }, { page: '/housekeeping' })
    assert.match(textOf(await endedJob(operator, first)), /It was stopped/)
    await startJob(operator, '/housekeeping/keys', {}, '/housekeeping')
    await app.close()
  })
})

test('the page of a job that failed repeats our own errors, and no other', async () => {
  const ours = Object.assign(new Error('actor must be text'), { code: 'FST_STORED_SESSION_INVALID_OPTIONS' })
  for (const [error, text] of [
    [ours, /It failed actor must be text/],
    [new Error('hunter2'), /It failed The log of the application has the reason/],
    [Object.assign(new Error('hunter2'), { statusCode: 503 }), /It failed The database or the key provider/],
  ] as const) {
    const jobs = new Jobs()
    const job = jobs.start({ kind: keyCountKind.kind, actor: 'grace', run: () => Promise.reject(error) })!
    await until('it has failed', () => job.state === 'failed')
    const visit = { params: { id: job.id }, base: '', may: () => true } as unknown as Visit
    const page = jobPage(visit, jobs, [keyCountKind as JobKind])
    assert.match(textOf(`<main${page.content}`), text)
    assert.ok(!String(page.content).includes('hunter2'))
  }
})
