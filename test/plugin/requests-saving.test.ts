import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { addSavingRoutes } from '../store/requests/saving-routes.ts'
import { Browser, cookieLines } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { failingDatabase } from '../support/failing-database.ts'
import { rowOf, storedRow } from '../support/rows.ts'
import { until } from '../support/until.ts'

forEachDatabase((target) => {
  const suite = appSuite(target)
  const failing = suite.opening(failingDatabase)
  let app: FastifyInstance
  let browser: Browser
  let id: string
  let begunId = ''

  before(async () => {
    app = await suite.openOn(failing.database, {
      routes: (app) => addSavingRoutes(app, noteBegun, versionOf),
    })
  })
  beforeEach(async () => {
    failing.failing.clear()
    browser = new Browser(app)
    id = (await browser.post('/begin')).json().id
    failing.asked.length = 0
  })

  const see = async () => {
    const { begun, ...content } = (await browser.get('/see')).json()
    return content
  }
  const noteBegun = (begun: string) => {
    begunId = begun
  }
  const versionOf = async () => (await storedRow(suite.database, id)).version
  const updates = () => failing.asked.filter((name) => name === 'update').length

  test('save() in the middle of a handler and the save at its end are two updates, and both are kept', async () => {
    const response = await browser.post('/save-midway')
    assert.deepEqual(response.json(), { stored: 2 })
    assert.deepEqual([updates(), await versionOf()], [2, 3])
    assert.equal(cookieLines(response).length <= 1, true)
    assert.deepEqual(await see(), { early: 1, late: 1 })
  })

  test('a save() that nobody awaits is done, along with what changed after it', async () => {
    assert.equal((await browser.post('/save-unawaited')).statusCode, 200)
    assert.deepEqual(await see(), { early: 1, late: 1 })
    assert.equal(await versionOf(), 3)
  })

  test('two save() at once both succeed, and store the session once', async () => {
    assert.deepEqual((await browser.post('/save-at-once')).json(), { saved: 2 })
    assert.deepEqual(await see(), { early: 1 })
  })

  test('what changes between two save() at once is stored', async () => {
    assert.deepEqual((await browser.post('/save-at-once-with-changes')).json(), { saved: 2 })
    assert.deepEqual(await see(), { early: 1, late: 1 })
  })

  test('a hijacked reply sends what the handler wrote, and keeps what it saved before', async () => {
    const response = await browser.post('/hijack')
    assert.deepEqual([response.statusCode, response.body], [200, 'by hand'])
    assert.deepEqual(await see(), { hijacked: 1 })
  })

  test('a session is stored before the first byte of a stream is sent', async () => {
    const response = await browser.post('/stream')
    assert.deepEqual([response.statusCode, response.body], [200, 'version 2'])
    assert.deepEqual(await see(), { streamed: 1 })
  })

  test('changes of a handler that throws are stored', async () => {
    assert.equal((await browser.post('/throw')).statusCode, 500)
    assert.deepEqual(await see(), { before: 1 })
  })

  test('an error handler may write a message into the session for the next page', async () => {
    const response = await browser.post('/refuse')
    assert.deepEqual([response.statusCode, response.headers.location], [302, '/see'])
    assert.deepEqual(await see(), { flash: 'That did not work' })
  })

  test('a not-found handler has the session, and may change it', async () => {
    assert.equal((await browser.get('/missing')).statusCode, 404)
    assert.deepEqual(await see(), { missed: '/missing' })
  })

  test('a save that fails at the end of a request makes it a 503, once, and leaves the cookie alone', async () => {
    failing.failing.add('update')
    const response = await browser.post('/change', { n: 1 })
    assert.equal(response.statusCode, 503)
    assert.equal(response.json().code, 'FST_STORED_SESSION_UNAVAILABLE')
    assert.doesNotMatch(response.body, /10\.0\.0\.7|ECONNRESET/)
    assert.deepEqual(cookieLines(response), [])
    assert.equal(updates(), 1)
    failing.failing.clear()
    assert.deepEqual(await see(), {})
    assert.equal((await browser.post('/change', { n: 2 })).statusCode, 200)
    assert.deepEqual(await see(), { n: 2 })
  })

  test('a save that fails after an error of the handler asks the database once, and answers 5xx', async () => {
    failing.failing.add('update')
    const response = await browser.post('/throw')
    assert.ok(response.statusCode >= 500)
    assert.deepEqual([cookieLines(response), updates()], [[], 1])
  })

  test('a save() that fails and that the handler survives is tried again at the end', async () => {
    failing.failing.add('update')
    const response = await browser.post('/save-and-survive')
    assert.equal(response.statusCode, 503)
    assert.equal(updates(), 2)
    failing.failing.clear()
    assert.deepEqual((await browser.post('/save-and-survive')).json(), { failed: false })
    assert.deepEqual(await see(), { tried: true })
  })

  test('a first save that fails at the end of a request sends no cookie, and stores nothing', async () => {
    failing.failing.add('insert')
    const visitor = new Browser(app)
    const response = await visitor.post('/begin')
    assert.equal(response.statusCode, 503)
    assert.deepEqual(cookieLines(response), [])
    assert.equal(await rowOf(suite.database, begunId), undefined)
  })

  test('a destroy() that fails makes the request a 503, and leaves session and cookie alone', async () => {
    failing.failing.add('end')
    const response = await browser.post('/logout')
    assert.equal(response.statusCode, 503)
    assert.doesNotMatch(response.body, /10\.0\.0\.7|ECONNRESET/)
    assert.deepEqual(cookieLines(response), [])
    failing.failing.clear()
    assert.equal((await storedRow(suite.database, id)).endedAt, null)
    await browser.post('/change', { n: 1 })
    assert.deepEqual(await see(), { n: 1 })
    assert.equal((await browser.post('/logout')).statusCode, 200)
    assert.notEqual((await storedRow(suite.database, id)).endedAt, null)
  })

  test('a save that is not awaited and fails ends no process, and no later request', async () => {
    failing.failing.add('update')
    const rejections: unknown[] = []
    const note = (error: unknown) => rejections.push(error)
    process.on('unhandledRejection', note)
    const response = await browser.post('/save-caught')
    await until('the save has failed', () => updates() > 0)
    process.off('unhandledRejection', note)
    assert.equal(response.statusCode, 503)
    assert.deepEqual(rejections, [])
  })
})
