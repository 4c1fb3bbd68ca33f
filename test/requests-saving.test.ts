import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, before, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { Browser, cookieLines, openApp, sessionOf } from './app.ts'
import { type FailingDatabase, failingDatabase } from './failing-database.ts'
import { forEachDatabase, type TestDatabase } from './harness/databases.ts'
import { rowOf, storedRow } from './rows.ts'
import { until } from './until.ts'

forEachDatabase((target) => {
  let database: TestDatabase
  let failing: FailingDatabase
  let app: FastifyInstance
  let browser: Browser
  let id: string
  let begunId = ''

  before(async () => {
    database = await target.create()
    failing = await failingDatabase(database)
    app = await openApp(failing.database, { routes: addSavingRoutes })
  })
  after(async () => {
    await app.close()
    await failing.close()
    await database.drop()
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
  const versionOf = async () => (await storedRow(database, id)).version
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
    assert.equal(await rowOf(database, begunId), undefined)
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

  async function addSavingRoutes(app: FastifyInstance): Promise<void> {
    app.get('/see', async ({ session }) => {
      const { cookie, ...content } = Object.fromEntries(Object.entries(session))
      return content
    })
    app.post('/save-midway', async (request) => {
      sessionOf(request).early = 1
      await request.session.save()
      const stored = await versionOf()
      sessionOf(request).late = 1
      return { stored }
    })
    app.post('/save-unawaited', async (request) => {
      sessionOf(request).early = 1
      request.session.save(() => {})
      sessionOf(request).late = 1
      return {}
    })
    app.post('/save-at-once', async (request) => {
      sessionOf(request).early = 1
      const saved = await Promise.all([request.session.save(), request.session.save()])
      return { saved: saved.length }
    })
    app.post('/save-at-once-with-changes', async (request) => {
      sessionOf(request).early = 1
      const first = request.session.save()
      sessionOf(request).late = 1
      const saved = await Promise.all([first, request.session.save()])
      return { saved: saved.length }
    })
    app.post('/hijack', async (request, reply) => {
      sessionOf(request).hijacked = 1
      await request.session.save()
      reply.hijack()
      reply.raw.end('by hand')
    })
    app.post('/stream', async (request, reply) => {
      sessionOf(request).streamed = 1
      async function* body() {
        yield `version ${await versionOf()}`
      }
      return reply.send(Readable.from(body()))
    })
    app.post('/throw', async (request) => {
      sessionOf(request).before = 1
      throw new Error('the handler failed')
    })
    app.post('/save-and-survive', async (request) => {
      sessionOf(request).tried = true
      const failed = await request.session.save().then(
        () => false,
        () => true,
      )
      return { failed }
    })
    app.post('/save-caught', async (request) => {
      sessionOf(request).tried = true
      request.session.save().catch(() => {})
      return {}
    })
    app.post('/begin', async (request) => {
      sessionOf(request).begun = true
      begunId = request.session.sessionId
      return { id: begunId }
    })
    app.register(async (scope) => {
      scope.setErrorHandler((_error, request, reply) => {
        sessionOf(request).flash = 'That did not work'
        return reply.redirect('/see')
      })
      scope.post('/refuse', async () => {
        throw new Error('refused')
      })
    })
    app.setNotFoundHandler(async (request, reply) => {
      sessionOf(request).missed = request.url
      return reply.code(404).send({})
    })
  }
})
