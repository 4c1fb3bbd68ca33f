import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { databases } from '../harness/databases.ts'
import { appSuite } from '../support/app-suite.ts'
import { DASHBOARD, dashboardRoutes, Operator, signIn, withEverything } from './dashboard-app.ts'

describe('the dashboard refuses', () => {
  const suite = appSuite(databases[0]!)
  let app: FastifyInstance
  let grace: Operator
  before(async () => {
    app = await suite.open({ options: withEverything, routes: dashboardRoutes({ reveal: true }) })
    grace = new Operator(app)
  })

  const isLive = async (handle: string) => (await app.storedSession.store.inspect(handle))?.state === 'live'

  test('forms from other sites: cross-site, a sibling subdomain, a sandboxed frame, another port', async () => {
    const { handle } = await signIn(app, 'ada')
    const path = `/sessions/${handle}/end`
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { host: 'app.example', origin: 'https://blog.app.example' },
      { host: 'app.example', origin: 'https://app.example:8443' },
      { origin: 'null' },
      { origin: '' },
    ]
    for (const headers of foreign) {
      assert.equal((await grace.submit(path, {}, { headers })).statusCode, 403, JSON.stringify(headers))
    }
    assert.equal(await isLive(handle), true)
    assert.equal((await grace.submit(path, {}, { headers: { 'sec-fetch-site': 'same-origin' } })).statusCode, 303)
    assert.equal(await isLive(handle), false)
  })

  test('tokens of another browser, of another operator, and of none', async () => {
    const { handle } = await signIn(app, 'ada')
    const path = `/sessions/${handle}/end`
    const [otherBrowser, own] = [await new Operator(app).token(path), await grace.token(path)]
    assert.notEqual(otherBrowser, own)
    for (const token of ['', 'x', otherBrowser, `${own}x`, own.slice(1)]) {
      assert.equal((await grace.submit(path, { token })).statusCode, 403, token)
    }
    // The same browser, in which another operator has signed in since.
    const cookies = grace.cookies()
    const linus = new Operator(app, 'linus')
    for (const [name, value] of Object.entries(cookies)) linus.setCookie(name, value)
    assert.equal((await linus.submit(path, { token: own })).statusCode, 403)
    assert.equal(await isLive(handle), true)
  })

  test('a cookie for its tokens that an attacker could have chosen freely', async () => {
    for (const value of ['', 'x', `${'a'.repeat(43)}!`, '"'.repeat(43), 'é'.repeat(43)]) {
      const response = await app.inject({
        url: `${DASHBOARD}/sessions`,
        headers: { 'x-operator': 'grace', cookie: `stored-session-dashboard=${value}` },
      })
      assert.match(
        String(response.headers['set-cookie']),
        /^stored-session-dashboard=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
      )
    }
  })

  test('to give that cookie to other hosts and to plain HTTP, where the connection is encrypted', async () => {
    const behindProxy = await suite.open({
      options: withEverything,
      server: { trustProxy: true },
      routes: dashboardRoutes(),
    })
    const { headers } = await behindProxy.inject({
      url: `${DASHBOARD}/sessions`,
      headers: { 'x-operator': 'grace', 'x-forwarded-proto': 'https' },
    })
    assert.match(
      String(headers['set-cookie']),
      /^__Host-stored-session-dashboard=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    )
  })

  test('bodies of other types, and bodies that are too large', async () => {
    const { handle } = await signIn(app, 'ada')
    const post = (type: string, payload: string) =>
      app.inject({
        method: 'POST',
        url: `${DASHBOARD}/sessions/${handle}/end`,
        payload,
        headers: { 'content-type': type, 'x-operator': 'grace' },
      })
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
      assert.equal((await post(type, '{}')).statusCode, 415, type)
    }
    assert.equal((await post('application/x-www-form-urlencoded', `token=${'x'.repeat(20_000)}`)).statusCode, 413)
    assert.equal(await isLive(handle), true)
  })

  test('frames, scripts of others and caches, by the headers of every answer', async () => {
    const { handle } = await signIn(app, 'ada')
    const answers = [
      await grace.show(),
      await grace.show('/sessions'),
      await grace.show(`/sessions/${handle}`),
      await grace.show('/user?user=ada'),
      await grace.show('/sessions/none'),
      await grace.show('/unknown'),
      await new Operator(app, undefined).show(),
      await grace.submit(`/sessions/${handle}/end`, { token: 'x' }),
      await grace.submit(`/sessions/${handle}/end`),
    ]
    for (const { headers } of answers) {
      assert.equal(headers['cache-control'], 'no-store')
      assert.equal(headers['x-frame-options'], 'DENY')
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['referrer-policy'], 'same-origin')
      const policy = String(headers['content-security-policy'])
      assert.match(policy, /^default-src 'none'; .*frame-ancestors 'none'; base-uri 'none'$/)
      assert.doesNotMatch(policy, /unsafe|\*/)
    }
  })

  test('to show the id of a session, in any page', async () => {
    const { handle, id } = await signIn(app, 'ada')
    for (const path of ['', '/sessions', `/sessions/${handle}`, '/user?user=ada']) {
      const { body } = await grace.show(path)
      for (const one of [id, encodeURIComponent(id)]) assert.ok(!body.includes(one), path)
    }
  })

  test('redirects to other sites, and text of others in its notices', async () => {
    const { handle } = await signIn(app, 'ada')
    const path = `/sessions/${handle}/end`
    const { headers } = await grace.submit(`${path}?next=//evil.example`, {}, { page: path })
    assert.equal(headers.location, `${DASHBOARD}/sessions/${handle}?done=ended-1`)
    for (const done of ['<b>', 'ended-1<b>', 'call-5', '__proto__-1', 'forgotten-x']) {
      const { body } = await grace.show(`/sessions/${handle}?done=${encodeURIComponent(done)}`)
      assert.doesNotMatch(body, /class="notice"/, done)
    }
    assert.match((await grace.show(`/sessions/${handle}?done=ended-1`)).body, /The session has ended\./)
    const doubled = await app.inject({ url: `/${DASHBOARD}/sessions`, headers: { 'x-operator': 'grace' } })
    assert.doesNotMatch(doubled.body, /(href|action)="\/\//)
  })

  test('to tell what a failure was: neither statements nor addresses nor users', async () => {
    const broken = await suite.open({ options: withEverything, routes: dashboardRoutes() })
    await signIn(broken, 'ada')
    broken.storedSession.store.list = () =>
      Promise.reject(new Error('connect ECONNREFUSED 10.0.0.5:5432 select * from secret'))
    const { statusCode, body } = await new Operator(broken).show('/sessions')
    assert.equal(statusCode, 500)
    for (const word of ['ECONNREFUSED', '10.0.0.5', 'secret', 'ada']) assert.ok(!body.includes(word), word)
  })
})
