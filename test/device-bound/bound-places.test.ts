import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import Fastify, { type FastifyInstance } from 'fastify'
import { type StoredSessionOptions, storedSession } from '../../src/index.ts'
import { openApp } from '../support/app.ts'
import { secret } from '../support/stores.ts'
import { boundRoutes, SIGNED_IN, stateOf } from './bound-routes.ts'
import { BoundBrowser } from './device.ts'

const DATABASE = 'sqlite::memory:'
const apps: FastifyInstance[] = []
after(() => Promise.all(apps.map((app) => app.close())))

async function open(options: Partial<StoredSessionOptions>, before?: (app: FastifyInstance) => unknown) {
  const setup = { options: { deviceBound: true, ...options }, routes: boundRoutes, server: { trustProxy: true } }
  const app = await openApp(DATABASE, before ? { ...setup, before } : setup)
  apps.push(app)
  return app
}

const HTTPS = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'app.example.com' }

/** The cookie of the device as it is set, and as its browser is told to recognize it. */
async function cookieOf(app: FastifyInstance): Promise<[line: string, attributes: string]> {
  const browser = new BoundBrowser(app, undefined, HTTPS)
  await browser.signIn()
  const response = await browser.register()
  assert.equal(response.statusCode, 200, response.body)
  assert.deepEqual(await stateOf(browser), SIGNED_IN)
  const [line] = [response.headers['set-cookie']].flat()
  return [line!.replace(/=[\w-]{56};/, '=token;'), browser.instructions!.credentials[0]!.attributes]
}

test('the cookie of a device has the flags of the session’s cookie, and its prefix', async () => {
  const flags: [Partial<StoredSessionOptions>, string, string][] = [
    [{ cookie: {} }, 'sessionId-device', 'Path=/; HttpOnly; Secure'],
    [
      { cookie: { sameSite: 'strict' }, cookieName: '__Host-id' },
      '__Host-id-device',
      'Path=/; HttpOnly; Secure; SameSite=Strict',
    ],
    [
      { cookie: { domain: 'example.com', sameSite: 'lax', httpOnly: false } },
      'sessionId-device',
      'Domain=example.com; Path=/; HttpOnly; Secure; SameSite=Lax',
    ],
    [
      { cookie: { partitioned: true, sameSite: 'none' } },
      'sessionId-device',
      'Path=/; HttpOnly; Secure; Partitioned; SameSite=None',
    ],
    [{ cookie: { secure: 'auto' } }, 'sessionId-device', 'Path=/; HttpOnly; Secure'],
  ]
  for (const [options, name, attributes] of flags) {
    const [line, told] = await cookieOf(await open(options))
    assert.equal(told, attributes)
    assert.equal(line, `${name}=token; Max-Age=600; ${attributes}`)
  }
})

test('over http the cookie has no Secure where the session’s cookie has none', async () => {
  for (const secure of ['auto', false] as const) {
    const browser = await BoundBrowser.signedIn(await open({ cookie: { secure } }))
    assert.doesNotMatch(browser.instructions!.credentials[0]!.attributes, /Secure/)
    assert.deepEqual(await stateOf(browser), SIGNED_IN)
  }
})

test('in a scope with a prefix, and with another path, browsers are told where to go', async () => {
  const app = Fastify()
  apps.push(app)
  await app.register(
    async (scope) => {
      const deviceBound = { path: '/auth/device' }
      await scope.register(storedSession, { database: DATABASE, secret, cookie: { secure: false }, deviceBound })
      scope.post('/login', async (request) => {
        request.session.set('userId' as never, 'ada' as never)
        return {}
      })
    },
    { prefix: '/api' },
  )
  const browser = new BoundBrowser(app)
  await browser.signIn('/api/login')
  assert.equal(browser.offer!.path, '/api/auth/device/register')
  assert.equal((await browser.register()).statusCode, 200)
  assert.equal(browser.instructions!.refresh_url, '/api/auth/device/refresh')
  assert.equal((await browser.refresh()).statusCode, 200)
})

test('a path that the cookie does not reach is refused at start, with one that it does', async () => {
  await assert.rejects(open({ cookie: { path: '/shop', secure: false } }), /deviceBound: \{ path: "\/shop\/dbsc" \}/)
  const app = await open({ cookie: { path: '/', secure: false }, deviceBound: { path: '/shop/dbsc' } })
  assert.equal((await BoundBrowser.signedIn(app)).instructions!.refresh_url, '/shop/dbsc/refresh')
})

test('hooks and error handlers of the application do not stand between a browser and its proof', async () => {
  const app = await open({}, (app) => {
    app.setErrorHandler((_error, _request, reply) => reply.redirect('/sorry'))
  })
  const browser = await BoundBrowser.signedIn(app)
  const response = await browser.refreshWith('x')
  assert.deepEqual([response.statusCode, response.json().code], [400, 'FST_STORED_SESSION_INVALID_PROOF'])
})

test('a handshake needs the cookie of the device too', async () => {
  const app = await open({ cookie: { secure: false } })
  const browser = await BoundBrowser.signedIn(app)
  const { sessionId, ...device } = browser.cookies()
  const handshake = async (request: object) => {
    const decrypt = promisify<string, object, void>(app.decryptSession.bind(app) as never)
    await decrypt(sessionId!, request)
    return (request as { session: { userId?: string } }).session.userId
  }
  const header = Object.entries(device)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
  assert.equal(await handshake({ cookies: device }), 'ada')
  assert.equal(await handshake({ raw: { headers: { cookie: header } } }), 'ada')
  for (const request of [{}, { cookies: {} }, { raw: { headers: {} } }])
    assert.equal(await handshake(request), undefined)
})

test('a request without content stores nothing, and with saveUninitialized it is offered nothing', async () => {
  const app = await open({ saveUninitialized: true })
  const browser = new BoundBrowser(app)
  const response = await browser.get('/state')
  assert.ok(response.headers['set-cookie'])
  assert.equal(response.headers['secure-session-registration'], undefined)
})

test('with saveUninitialized, a request without a proof leaves the cookie as it is', async () => {
  const browser = await BoundBrowser.signedIn(await open({ saveUninitialized: true }))
  const response = await browser.stolen('sessionId').get('/state')
  assert.equal(response.headers['set-cookie'], undefined)
  assert.deepEqual(await stateOf(browser), SIGNED_IN)
})
