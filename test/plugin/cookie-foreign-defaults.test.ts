import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fastifyCookie, { type FastifyCookieOptions } from '@fastify/cookie'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { databases } from '../harness/databases.ts'
import { Browser, cookieLines } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'

const HOOKS: NonNullable<FastifyCookieOptions['hook']>[] = [
  'onRequest',
  'preParsing',
  'preValidation',
  'preHandler',
  false,
]

const reverse = (text: string) => [...text].reverse().join('')

/** Defaults that an application may give to its cookies. */
const DEFAULTS: [name: string, parseOptions: NonNullable<FastifyCookieOptions['parseOptions']>][] = [
  ['signed', { signed: true }],
  ['domain', { domain: 'example.org' }],
  ['path', { path: '/app' }],
  ['maxAge', { maxAge: 5 }],
  ['expires', { expires: new Date(Date.now() + 5_000) }],
  ['httpOnly', { httpOnly: false }],
  ['secure', { secure: true }],
  ['sameSite', { sameSite: 'strict' }],
  ['partitioned', { partitioned: true }],
  ['priority', { priority: 'high' }],
  ['encode', { encode: reverse, decode: reverse } as never],
  ['a fault of its own', { maxAge: 'x' } as never],
]

/** The line about a cookie of an application without sessions: before 11.1.1, `hook: false` sent none. */
async function themeWithoutSessions(hook: NonNullable<FastifyCookieOptions['hook']>): Promise<string[]> {
  const app = fastify()
  await app.register(fastifyCookie, { hook })
  app.post('/set', setTheme)
  return cookieLines(await app.inject({ method: 'POST', url: '/set' }), 'theme')
}

const setTheme = async (_request: FastifyRequest, reply: FastifyReply) => reply.setCookie('theme', 'dark').send({})

describe("the application's own @fastify/cookie", () => {
  const suite = appSuite(databases[0]!)

  async function open(options: FastifyCookieOptions, routes?: (app: FastifyInstance) => unknown) {
    const before = (app: FastifyInstance) => app.register(fastifyCookie, options)
    return suite.open({ before, ...(routes && { routes }) })
  }

  for (const hook of HOOKS) {
    test(`with hook: ${hook} leaves sessions as they are, and its cookies too`, async () => {
      const app = await open({ hook }, (app) => {
        app.post('/fail', async () => {
          throw new Error('failed')
        })
        app.get('/cookies', async ({ cookies, session }) => ({ cookies: Object.keys(cookies), id: session.sessionId }))
        app.post('/set', setTheme)
      })
      const browser = new Browser(app, { theme: 'light' })
      const { id } = (await browser.post('/login')).json()
      assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
      assert.deepEqual((await browser.get('/cookies')).json(), { cookies: ['theme', 'sessionId'], id })
      const theme = await themeWithoutSessions(hook)
      if (hook) assert.deepEqual(theme, ['theme=dark; SameSite=Lax'])
      assert.deepEqual(cookieLines(await browser.post('/set'), 'theme'), theme)
      assert.deepEqual(cookieLines(await browser.post('/set')), [])
      assert.equal((await browser.post('/fail')).statusCode, 500)
      assert.equal((await browser.get('/missing')).statusCode, 404)
      assert.equal((await new Browser(app).get('/me')).statusCode, 200)
      assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
      const [line] = cookieLines(await browser.post('/logout'))
      assert.match(line!, /^sessionId=; Max-Age=0; Path=\/; Expires=[^;]+; HttpOnly$/)
      assert.deepEqual((await browser.get('/me')).json(), {})
    })
  }

  for (const [name, parseOptions] of DEFAULTS) {
    test(`with ${name} in its parseOptions changes no line about the session's cookie`, async () => {
      const app = await open({ secret: 'a secret of the application', parseOptions })
      const browser = new Browser(app)
      const [set] = cookieLines(await browser.post('/login'))
      assert.match(set!, /^sessionId=[\w-]{32}\.[\w+/%]+; Path=\/; HttpOnly$/)
      const me = await browser.get('/me')
      assert.deepEqual([me.json(), cookieLines(me)], [{ userId: 'ada' }, []])
      const again = await browser.post('/change', { n: 1 })
      assert.deepEqual([again.statusCode, cookieLines(again)], [200, [set]])
      const stale = { ...browser.cookies() }
      const cleared = /^sessionId=; Max-Age=0; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly$/
      assert.match(cookieLines(await browser.post('/logout')).join(), cleared)
      assert.match(cookieLines(await new Browser(app, stale).get('/me')).join(), cleared)
    })
  }

  test('without a secret, and with signed in its parseOptions, does not end the process', async () => {
    const browser = new Browser(await open({ parseOptions: { signed: true } }))
    assert.equal((await browser.post('/login')).statusCode, 200)
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
  })

  test('may be passed the id of the session by a hook that reads it from elsewhere', async () => {
    const before = async (app: FastifyInstance) => {
      await app.register(fastifyCookie)
      app.addHook('onRequest', async (request) => {
        const id = request.headers['x-session']
        if (typeof id === 'string') request.cookies.sessionId = id
      })
    }
    const app = await suite.open({ before })
    const browser = new Browser(app)
    await browser.post('/login')
    const headers = { 'x-session': browser.cookies().sessionId! }
    assert.deepEqual((await app.inject({ url: '/me', headers })).json(), { userId: 'ada' })
    const both = { ...headers, cookie: 'sessionId=one.x; sessionId=two.x' }
    assert.deepEqual((await app.inject({ url: '/me', headers: both })).json(), { userId: 'ada' })
  })

  test('keeps the cookie when an earlier hook answers before the session is read', async () => {
    const app = await suite.open({
      before(app) {
        app.addHook('onRequest', async (request, reply) => {
          if (request.headers['x-stop']) await reply.code(429).send({})
        })
      },
    })
    const browser = new Browser(app)
    await browser.post('/login')
    const stopped = await browser.get('/me', { headers: { 'x-stop': '1' } })
    assert.deepEqual([stopped.statusCode, cookieLines(stopped)], [429, []])
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
  })
})
