import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { permissions } from '../../src/dashboard/frame/operator.ts'
import { type SessionDashboardOptions, sessionDashboard } from '../../src/dashboard/session-dashboard.ts'
import { databases } from '../harness/databases.ts'
import { appSuite } from '../support/app-suite.ts'
import { DASHBOARD, dashboardRoutes, Operator, signIn, withEverything } from './dashboard-app.ts'

/** A route of the application, and what it needs. */
interface Listed {
  readonly method: string
  readonly url: string
}

/** Collects the routes of an application below the prefix. */
function listRoutes(app: FastifyInstance, into: Listed[]): void {
  app.addHook('onRoute', ({ method, url }) => {
    if (url.startsWith(DASHBOARD)) for (const one of [method].flat()) into.push({ method: one, url })
  })
}

/** What only an operator with the permission gets, by the routes that need more than `view`. */
const NEEDS: [pattern: RegExp, needs: string][] = [
  [/\/sessions\/:handle\/end$/, 'revoke'],
  [/\/user\/sign-out$/, 'revoke'],
  [/\/incident/, 'revoke'],
  [/\/reveal$/, 'reveal'],
  [/\/forget$/, 'forget'],
  [/\/housekeeping\/.+/, 'keys'],
]

const needsOf = (url: string) => NEEDS.find(([pattern]) => pattern.test(url))?.[1] ?? 'view'

describe('the entrance of the dashboard', () => {
  const suite = appSuite(databases[0]!)
  const routes: Listed[] = []
  let app: FastifyInstance
  let handle: string

  before(async () => {
    app = await suite.open({
      options: withEverything,
      before: (one) => listRoutes(one, routes),
      routes: dashboardRoutes({ reveal: true }),
    })
    handle = (await signIn(app, 'ada')).handle
  })

  const urlOf = ({ url }: Listed) => url.replace(':handle', handle).replace(':id', 'x')
  const ask = (route: Listed, headers: Record<string, string> = {}) =>
    app.inject({
      method: route.method as 'GET',
      url: `${urlOf(route)}?user=ada`,
      headers: { ...headers, ...(route.method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }) },
      ...(route.method === 'POST' && { payload: 'user=ada' }),
    })

  test('is closed on every route, files and unknown paths too, for everyone whom authorize does not name', async () => {
    assert.ok(routes.length > 20, `${routes.length} routes`)
    for (const route of [...routes, { method: 'GET', url: `${DASHBOARD}/unknown` }]) {
      const { statusCode, body, headers } = await ask(route)
      assert.equal(statusCode, 403, `${route.method} ${route.url}`)
      assert.ok(!body.includes('ada') && !body.includes(handle))
      assert.equal(headers['set-cookie'], undefined)
    }
  })

  test('refuses on every route what an operator may not do', async () => {
    for (const route of routes) {
      const needs = needsOf(route.url)
      const others = permissions.filter((one) => one !== needs).join(',')
      const { statusCode } = await ask(route, { 'x-operator': 'grace', 'x-may': others })
      assert.equal(statusCode, 403, `${route.method} ${route.url} without ${needs}`)
    }
    assert.equal((await app.storedSession.list({ user: 'ada' })).sessions[0]!.state, 'live')
  })

  test('opens every page to an operator who may do everything', async () => {
    for (const route of routes.filter(({ method }) => method === 'GET')) {
      const { statusCode } = await ask(route, { 'x-operator': 'grace' })
      assert.ok(statusCode === 200 || route.url.includes(':id'), `${route.url}: ${statusCode}`)
    }
  })

  test('accepts no form without its token', async () => {
    for (const route of routes.filter(({ method }) => method === 'POST')) {
      assert.equal((await ask(route, { 'x-operator': 'grace' })).statusCode, 403, route.url)
    }
    assert.equal((await app.storedSession.list({ user: 'ada' })).sessions[0]!.state, 'live')
  })

  test('shows no way to what an operator may not do', async () => {
    const viewer = new Operator(app, 'grace', 'view')
    const owner = new Operator(app)
    for (const path of [`/sessions/${handle}`, '/user?user=ada', '']) {
      const [less, more] = [(await viewer.show(path)).body, (await owner.show(path)).body]
      for (const word of ['/end"', '/reveal"', '/user/sign-out', '/user/forget', '/incident"']) {
        assert.ok(!less.includes(word), `${path} ${word}`)
      }
      assert.ok(more.includes('/incident"'))
    }
  })
})

describe('authorize', () => {
  const suite = appSuite(databases[0]!)
  const openWith = (options: Partial<SessionDashboardOptions>) =>
    suite.open({ options: withEverything, routes: dashboardRoutes(options) })

  test('is required, and the start says so', async () => {
    for (const authorize of [undefined, null, true, 'grace']) {
      await assert.rejects(openWith({ authorize: authorize as never }), {
        code: 'FST_STORED_SESSION_INVALID_OPTIONS',
        message: /authorize is required/,
      })
    }
  })

  test('lets nobody in when it throws or returns anything but an operator', async () => {
    const answers: unknown[] = [
      true,
      1,
      {},
      { actor: '' },
      { actor: 1 },
      { may: ['view'] },
      '',
      'x'.repeat(256),
      '\ud800',
    ]
    const faulty: unknown[] = [
      { actor: 'g', may: ['all'] },
      { actor: 'g', may: 'view' },
      { actor: 'g', may: [null] },
    ]
    for (const answer of [...answers, ...faulty]) {
      const app = await openWith({ authorize: () => answer as never })
      assert.equal((await new Operator(app).show()).statusCode, 500, JSON.stringify(answer))
    }
    const thrown = await openWith({
      authorize: () => {
        throw new Error('the directory is away: ldap://secret')
      },
    })
    const { statusCode, body } = await new Operator(thrown).show()
    assert.equal(statusCode, 500)
    assert.ok(!body.includes('ldap'))
    for (const nobody of [false, null, undefined, { actor: 'grace', may: [] }, { actor: 'grace', may: ['revoke'] }]) {
      const app = await openWith({ authorize: async () => nobody as never })
      assert.equal((await new Operator(app).show()).statusCode, 403)
    }
  })

  test('sends visitors whom it refuses to the sign-in page of the application', async () => {
    const app = await openWith({ authorize: () => false, signIn: '/login' })
    const { statusCode, headers } = await new Operator(app).show('/sessions')
    assert.deepEqual([statusCode, headers.location], [303, '/login'])
    for (const signIn of ['//evil.example', 'https://evil.example', '/\\evil', '/a\nb', 7]) {
      await assert.rejects(openWith({ signIn: signIn as never }), { code: 'FST_STORED_SESSION_INVALID_OPTIONS' })
    }
  })

  test('sees the session of the request', async () => {
    const app = await suite.open({
      options: withEverything,
      routes: dashboardRoutes({ authorize: ({ session }) => (session as { userId?: string }).userId ?? false }),
    })
    const { browser } = await signIn(app, 'grace')
    const page = await browser.get(DASHBOARD)
    assert.equal(page.statusCode, 200)
    assert.match(page.body, /class="operator">grace</)
    assert.equal((await app.inject(DASHBOARD)).statusCode, 403)
  })
})

describe('the mode', () => {
  const suite = appSuite(databases[0]!)

  test('read leaves nothing but looking, whatever may says', async () => {
    const app = await suite.open({ options: withEverything, routes: dashboardRoutes({ mode: 'read', reveal: true }) })
    const { handle } = await signIn(app, 'ada')
    const operator = new Operator(app, 'grace', permissions.join(','))
    assert.equal((await operator.show(`/sessions/${handle}`)).statusCode, 200)
    for (const path of [`/sessions/${handle}/end`, '/user/sign-out?user=ada', '/user/forget?user=ada', '/incident']) {
      assert.equal((await operator.show(path)).statusCode, 403, path)
    }
    assert.equal((await operator.submit(`/sessions/${handle}/reveal`, { token: 'x' })).statusCode, 403)
  })

  test('and other options have values that are checked by name', async () => {
    const open = (options: object) => suite.open({ options: withEverything, routes: dashboardRoutes(options) })
    for (const [options, fault] of [
      [{ mode: 'write-only' }, /mode must be "read" or "write"/],
      [{ reveal: 'yes' }, /reveal/],
      [{ roles: [] }, /roles/],
    ] as const) {
      await assert.rejects(open(options), { code: 'FST_STORED_SESSION_INVALID_OPTIONS', message: fault })
    }
  })

  test('needs storedSession, and says so', async () => {
    const app = Fastify()
    const registered = app.register(sessionDashboard, { authorize: () => 'grace' })
    await assert.rejects(async () => registered, { message: /storedSession is missing; register it first/ })
  })
})
