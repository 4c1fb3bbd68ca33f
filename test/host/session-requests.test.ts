import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Signer } from '@fastify/cookie'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { sessionOf } from '../support/app.ts'
import { secret } from '../support/stores.ts'
import { forEachHost, type HostSetup } from './hosts.ts'

const HTTP: NonNullable<HostSetup['options']> = { cookie: { secure: false } }

/** Routes that change, read and leave alone the session. */
const routes = (app: FastifyInstance) => {
  app.get<{ Querystring: { to?: string } }>('/change', async (request) => {
    sessionOf(request).name = request.query.to ?? 'value'
    return { id: request.session.sessionId }
  })
  app.get('/read', async (request) => ({
    name: sessionOf(request).name ?? null,
    id: request.session.sessionId,
  }))
  app.post('/json', async () => ({}))
}

/** The `cookie` header that a browser sends after this response. */
const cookieOf = ({ headers }: LightMyRequestResponse) => (headers['set-cookie'] as string).split(';')[0]!

const signedId = (id: string, by = secret, algorithm = 'sha256') => new Signer(by, algorithm).sign(id)
const signed = (id: string, by = secret) => `sessionId=${signedId(id, by)}`
const UNKNOWN = 'x'.repeat(32)

forEachHost(({ open }) => {
  test('a session comes back with the next request, under the same id', async () => {
    const app = await open({ options: HTTP, routes })
    const first = await app.inject('/change')
    const next = await app.inject({ url: '/read', headers: { cookie: cookieOf(first) } })
    assert.deepEqual(next.json(), { name: 'value', id: first.json().id })
  })

  test('a session that is not changed is not stored, and gets no cookie', async () => {
    const app = await open({ options: HTTP, routes })
    const response = await app.inject('/read')
    assert.deepEqual([response.statusCode, response.headers['set-cookie']], [200, undefined])
  })

  test('another cookie is left alone', async () => {
    const app = await open({ options: HTTP, routes })
    const { headers } = await app.inject({ url: '/read', headers: { cookie: 'other=value' } })
    assert.equal(headers['set-cookie'], undefined)
  })

  for (const [what, cookie] of [
    ['a session that is not stored', signed(UNKNOWN)],
    ['a wrong signature', `sessionId=${UNKNOWN}.wrong`],
    ['another secret', signed(UNKNOWN, 'another secret of more than thirty-two characters')],
  ] as const) {
    test(`a cookie of ${what} is cleared, and a change begins a session under another id`, async () => {
      const app = await open({ options: HTTP, routes })
      const read = await app.inject({ url: '/read', headers: { cookie } })
      assert.equal(read.json().name, null)
      assert.match(read.headers['set-cookie'] as string, /^sessionId=;.* Expires=Thu, 01 Jan 1970 00:00:00 GMT/)
      const changed = await app.inject({ url: '/change', headers: { cookie } })
      assert.notEqual(changed.json().id, UNKNOWN)
      assert.equal(changed.cookies[0]?.value, signedId(changed.json().id))
    })
  }

  test('the first secret signs and the others verify, and a change moves the cookie to the first', async () => {
    const [old, current] = ['an old secret of more than thirty-two characters', secret]
    const options = { ...HTTP, secret: [current, old] }
    const app = await open({ options, routes })
    const { id } = (await app.inject('/change')).json()
    for (const by of [old, current]) {
      const read = await app.inject({ url: '/read', headers: { cookie: signed(id, by) } })
      assert.deepEqual(read.json(), { name: 'value', id })
    }
    const moved = await app.inject({ url: '/change?to=another', headers: { cookie: signed(id, old) } })
    assert.equal(moved.cookies[0]?.value, signedId(id, current))
  })

  for (const algorithm of ['sha256', 'sha512']) {
    test(`the algorithm ${algorithm} signs the cookie`, async () => {
      const app = await open({ options: { ...HTTP, algorithm }, routes })
      const response = await app.inject('/change')
      assert.equal(response.cookies[0]?.value, signedId(response.json().id, secret, algorithm))
    })
  }

  test('a session without content is stored with saveUninitialized', async () => {
    const app = await open({ options: { ...HTTP, saveUninitialized: true }, routes })
    const first = await app.inject('/read')
    const next = await app.inject({ url: '/read', headers: { cookie: cookieOf(first) } })
    assert.equal(next.json().id, first.json().id)
  })

  test('without rolling an unchanged session sends no cookie, and a changed one does', async () => {
    const app = await open({ options: { cookie: { secure: false, maxAge: 60_000 }, rolling: false }, routes })
    const headers = { cookie: cookieOf(await app.inject('/change')) }
    assert.equal((await app.inject({ url: '/read', headers })).headers['set-cookie'], undefined)
    // The same value again is no change.
    assert.equal((await app.inject({ url: '/change', headers })).headers['set-cookie'], undefined)
  })

  test('an expired session is empty and has another id', async () => {
    const app = await open({ options: { cookie: { secure: false, maxAge: 1 } }, routes })
    const first = await app.inject('/change')
    const end = Date.now() + 2
    while (Date.now() <= end) await new Promise(setImmediate)
    const { name, id } = (await app.inject({ url: '/read', headers: { cookie: cookieOf(first) } })).json()
    assert.equal(name, null)
    assert.notEqual(id, first.json().id)
  })

  test('a request that Fastify refuses itself gets no cookie', async () => {
    const app = await open({ options: HTTP, routes })
    const headers = { 'content-type': 'application/json' }
    const response = await app.inject({ method: 'POST', url: '/json', headers })
    assert.deepEqual([response.statusCode, response.headers['set-cookie']], [400, undefined])
  })

  for (const [path, url, isWithin] of [
    ['/', '/', true],
    ['/check', '/check', true],
    ['/check', '/check/page', true],
    ['/check/', '/check/page', true],
    ['/check', '/check_page', false],
    ['/check', '/chick', false],
    ['/check', '/chck', false],
    ['/check/', '/', false],
  ] as const) {
    test(`a request for ${url} ${isWithin ? 'has' : 'does not have'} the session of the path ${path}`, async () => {
      const app = await open({
        options: { cookie: { secure: false, path } },
        routes: (app) => {
          app.post(path === '/' ? '/begin' : `${path.replace(/\/$/, '')}/begin`, async (request) => {
            sessionOf(request).name = 'value'
            return {}
          })
          app.get(url, async (request) => ({ name: sessionOf(request).name ?? null }))
        },
      })
      const begun = await app.inject({
        method: 'POST',
        url: path === '/' ? '/begin' : `${path.replace(/\/$/, '')}/begin`,
      })
      assert.match(begun.headers['set-cookie'] as string, new RegExp(`Path=${path};`))
      const read = await app.inject({ url, headers: { cookie: cookieOf(begun) } })
      assert.equal(read.json().name, isWithin ? 'value' : null)
      if (!isWithin) assert.equal(read.headers['set-cookie'], undefined)
    })
  }

  test('decryptSession() gives an object of the application the session of a signed id', async () => {
    const app = await open({ options: HTTP, routes })
    const first = await app.inject('/change')
    const value = decodeURIComponent(cookieOf(first).slice('sessionId='.length))
    for (const options of [undefined, { maxAge: 86_400_000 }]) {
      const request: { session?: { name?: string; sessionId: string; cookie: { originalMaxAge: number } } } = {}
      await new Promise<void>((resolve, reject) => {
        const done = (error?: unknown) => (error ? reject(error) : resolve())
        if (options) app.decryptSession(value, request, options, done)
        else app.decryptSession(value, request, done)
      })
      assert.equal(request.session?.sessionId, first.json().id)
      assert.equal(request.session?.name, 'value')
    }
  })

  test('decryptSession() of a wrong signature begins a session with the options of the call', async () => {
    const app = await open({ options: HTTP, routes })
    const request: { session?: { name?: string; cookie: { originalMaxAge: number } } } = {}
    await new Promise<void>((resolve) =>
      app.decryptSession('wrong.wrong', request, { maxAge: 86_400 }, () => resolve()),
    )
    assert.equal(request.session?.name, undefined)
    assert.equal(request.session?.cookie.originalMaxAge, 86_400)
  })

  test('a failure of a handler leaves what it changed in the session', async () => {
    const app = await open({
      options: HTTP,
      routes: (app) => {
        routes(app)
        app.get('/fail', async (request) => {
          sessionOf(request).name = 'of a failure'
          throw new Error('planned')
        })
      },
    })
    const failed = await app.inject('/fail')
    assert.equal(failed.statusCode, 500)
    const read = await app.inject({ url: '/read', headers: { cookie: cookieOf(failed) } })
    assert.equal(read.json().name, 'of a failure')
  })
})
