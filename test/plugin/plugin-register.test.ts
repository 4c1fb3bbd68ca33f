import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import Fastify from 'fastify'
import { StoredSessionStore, storedSession } from '../../src/index.ts'
import { databases } from '../harness/databases.ts'
import { Browser, cookieLines } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { rowOf } from '../support/rows.ts'
import { secret } from '../support/stores.ts'

const target = databases[0]!

describe('registering the plugin', () => {
  const suite = appSuite(target)
  const { open } = suite

  test('leaves an @fastify/cookie that is there already in its place', async () => {
    const app = await open({
      before: (app) => app.register(fastifyCookie, { secret: 'of the cookies' }),
      routes: (app) => app.get('/cookie', async (_request, reply) => reply.setCookie('own', 'value').send({})),
    })
    const browser = new Browser(app)
    await browser.post('/login')
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
    await browser.get('/cookie')
    assert.equal(browser.cookies().own, 'value')
    assert.equal(typeof app.signCookie, 'function')
  })

  test('keeps the lines of other cookies in the response', async () => {
    const app = await open({
      routes: (app) =>
        app.post('/both', async (request, reply) => {
          await request.session.regenerate()
          reply.setCookie('sessionIdOfAnother', '1').setCookie('other', '2')
          return {}
        }),
    })
    const browser = new Browser(app)
    for (const _visit of ['first', 'second']) {
      assert.equal(cookieLines(await browser.post('/both')).length, 1)
      assert.deepEqual(Object.keys(browser.cookies()).sort(), ['other', 'sessionId', 'sessionIdOfAnother'])
    }
  })

  test('is refused behind @fastify/session, with the fix', async () => {
    const app = Fastify()
    await app.register(fastifyCookie)
    await app.register(fastifySession, { secret })
    await assert.rejects(async () => await app.register(storedSession, { database: suite.database.url, secret }), {
      code: 'FST_STORED_SESSION_INVALID_OPTIONS',
      message: /another session plugin is already registered; remove it/,
    })
    await app.close()
  })

  test('is refused a second time', async () => {
    await assert.rejects(
      open({ before: (app) => app.register(storedSession, { database: suite.database.url, secret }) }),
      /another session plugin is already registered; remove it/,
    )
  })

  test('serves @fastify/session with its store alone', async (t) => {
    const store = new StoredSessionStore({ database: suite.database.url, secret, trim: false })
    const app = Fastify()
    t.after(() => app.close())
    await app.register(fastifyCookie)
    const host = { secret, rolling: false, saveUninitialized: false, cookie: { secure: false } }
    await app.register(fastifySession, { ...host, store: store as never })
    app.addHook('onClose', () => store.close())
    app.post('/login', async (request) => {
      await request.session.regenerate()
      Object.assign(request.session, { userId: 'ada' })
      return {}
    })
    app.get('/me', async (request) => ({ ...request.session, cookie: undefined }))
    const browser = new Browser(app)
    await browser.post('/login')
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
  })

  test('uses an id generator, a cookie signature and an option to store empty sessions of the application', async () => {
    const seen: unknown[] = []
    const app = await open({
      options: {
        algorithm: 'sha512',
        saveUninitialized: true,
        idGenerator(request) {
          seen.push(request?.url)
          return `web-${randomUUID()}`
        },
      },
    })
    const browser = new Browser(app)
    const response = await browser.get('/me')
    const [line] = cookieLines(response)
    assert.match(line!, /^sessionId=web-[0-9a-f-]{36}\.[\w%+/]{86,};/)
    assert.deepEqual(seen, ['/me'])
    const id = browser.cookies().sessionId!.split('.')[0]!
    assert.equal((await rowOf(suite.database, id))?.version, 1)
    assert.deepEqual(cookieLines(await browser.get('/me')), [])
  })

  test('ends a stored session although an id generator makes its id once more', async () => {
    const app = await open({ options: { idGenerator: () => 'always-the-same' } })
    const browser = new Browser(app)
    await browser.post('/change', { n: 1 })
    await new Browser(app).post('/logout')
    assert.deepEqual((await browser.get('/me')).json(), { endReason: 'destroyed' })
  })

  test('answers 500 to ids that cannot be in a cookie, without showing them', async () => {
    const app = await open({ options: { idGenerator: () => 'two words' } })
    const response = await new Browser(app).get('/me')
    assert.equal(response.statusCode, 500)
    assert.equal(response.json().code, 'FST_STORED_SESSION_INVALID_OPTIONS')
    assert.ok(!response.body.includes('two words'))
  })

  test('answers 500 to a generator that throws, also where the host asks for an id in a callback', async () => {
    let id: string | undefined = 'first-id'
    const idGenerator = () => {
      if (id === undefined) throw new Error('there is no id now')
      return id
    }
    const app = await open({ options: { idGenerator } })
    const browser = new Browser(app)
    await browser.post('/change', { n: 1 })
    await suite.database.query('DELETE FROM stored_sessions')
    id = undefined
    for (const visitor of [browser, new Browser(app)]) {
      const response = await visitor.get('/me')
      assert.deepEqual([response.statusCode, response.json().message], [500, 'there is no id now'])
    }
  })

  test('closes once, however often the application is closed', async () => {
    const app = await open({})
    await new Browser(app).post('/login')
    await Promise.all([app.close(), app.close()])
    await app.close()
    await app.storedSession.store.close()
    await assert.rejects(app.storedSession.trim(), { code: 'FST_STORED_SESSION_UNAVAILABLE' })
  })

  test('saves what requests under way change while the application closes', async () => {
    const handler = new EventEmitter()
    const app = await open({
      routes: (app) =>
        app.post('/slow', async (request) => {
          handler.emit('entered')
          await sleep(100)
          Object.assign(request.session, { n: 'saved late' })
          return { id: request.session.sessionId }
        }),
    })
    const address = await app.listen({ port: 0, host: '127.0.0.1' })
    const entered = once(handler, 'entered')
    const pending = fetch(`${address}/slow`, { method: 'POST', headers: { connection: 'close' } })
    await entered
    await app.close()
    const response = await pending
    assert.equal(response.status, 200)
    const { id } = (await response.json()) as { id: string }
    assert.equal((await rowOf(suite.database, id))?.version, 1)
  })
})
