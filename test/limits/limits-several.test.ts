import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { after, before, describe, mock, test } from 'node:test'
import fastifySession from '@fastify/session'
import Fastify, { type FastifyInstance, type FastifyPluginAsync, type FastifyRequest } from 'fastify'
import { type LimitedSessionOptions, limitedSession } from '../../src/limits/limited-session.ts'
import { Browser } from '../support/app.ts'
import { hostOf } from './session-hosts.ts'

// Not imported: its types say of the same `request.session` something else.
const secureSession = createRequire(import.meta.url)('@fastify/secure-session') as FastifyPluginAsync<object>

const MINUTE = 60_000
const START = 1_732_100_100_000
const limits: LimitedSessionOptions = { idleTimeout: '30m', absoluteTimeout: '3h' }

const pass = (ms: number) => mock.timers.setTime(Date.now() + ms)
const secure = (...names: string[]) =>
  names.map((sessionName) => ({ sessionName, key: randomBytes(32), expiry: 86_400 * 365, cookie: { path: '/' } }))

interface SecureSession {
  get(key: string): unknown
  set(key: string, value: unknown): void
  regenerate(): void
}

const sessionOf = (request: FastifyRequest, name: string) =>
  (request as unknown as Record<string, SecureSession | undefined>)[name]!

describe('limits for several sessions', () => {
  const apps: FastifyInstance[] = []
  const lines: Record<string, unknown>[] = []

  before(() => mock.timers.enable({ apis: ['Date'], now: START }))
  after(async () => {
    mock.timers.reset()
    for (const app of apps) await app.close()
  })

  /** An application whose routes put `of` into sessions, and show it. */
  async function open(register: (app: FastifyInstance) => Promise<unknown>): Promise<Browser> {
    const app = Fastify({ logger: { stream: { write: (line: string) => void lines.push(JSON.parse(line)) } } })
    apps.push(app)
    await register(app)
    addRoutes(app)
    await app.ready()
    return new Browser(app)
  }

  function addRoutes(app: FastifyInstance): void {
    app.post<{ Body: string[] }>('/fill', async (request) => {
      for (const name of request.body) sessionOf(request, name).set('of', name)
      return {}
    })
    app.get<{ Querystring: { names: string } }>('/show', async (request) => {
      const shown = request.query.names.split(',').map((name) => [name, sessionOf(request, name).get('of')])
      return { ...Object.fromEntries(shown), endReason: request.sessionEndReason }
    })
    app.post('/regenerate-other', async (request) => {
      sessionOf(request, 'other').regenerate()
      sessionOf(request, 'other').set('of', 'other')
      return {}
    })
  }

  /** The sessions that were reset since the log was emptied. */
  const reset = () => lines.filter(({ reason }) => reason).map(({ reason, session }) => `${session}: ${reason}`)

  const shown = async (browser: Browser, ...names: string[]) =>
    (await browser.get('/show', { query: { names: names.join() } })).json()

  const both = async (app: FastifyInstance) => {
    await app.register(secureSession, secure('session', 'other'))
    await app.register(limitedSession, limits)
  }

  const kinds: Record<string, { register: (app: FastifyInstance) => Promise<unknown>; names: [string, string] }> = {
    'one plugin': { register: both, names: ['session', 'other'] },
    'one plugin, none of which is request.session': {
      async register(app) {
        await app.register(secureSession, secure('first', 'second'))
        await app.register(limitedSession, limits)
      },
      names: ['first', 'second'],
    },
    'both plugins': {
      async register(app) {
        await hostOf(new fastifySession.MemoryStore(), async () => {}).register(app)
        await app.register(secureSession, secure('other'))
        await app.register(limitedSession, limits)
      },
      names: ['session', 'other'],
    },
  }

  for (const [kind, { register, names }] of Object.entries(kinds)) {
    test(`of ${kind} end each by its own visits, and the reason is that of request.session, or of the first`, async () => {
      const browser = await open(register)
      const [main, other] = names
      await browser.post('/fill', [other])
      pass(20 * MINUTE)
      await browser.post('/fill', [main])
      for (let visit = 1; visit < 8; visit += 1) {
        pass(20 * MINUTE)
        assert.deepEqual(await shown(browser, ...names), { [main]: main, [other]: other })
      }
      lines.length = 0
      pass(20 * MINUTE)
      assert.deepEqual(await shown(browser, ...names), { [main]: main })
      pass(20 * MINUTE)
      assert.deepEqual(await shown(browser, ...names), { endReason: 'absolute' })
      assert.deepEqual(reset(), [`${other}: absolute`, `${main}: absolute`])
    })
  }

  test('of one plugin that are not used are all reset, also those in a copy of older cookies', async () => {
    const browser = await open(both)
    await browser.post('/fill', ['session', 'other'])
    const copy = new Browser(apps.at(-1)!, browser.cookies())
    pass(20 * MINUTE)
    await shown(browser, 'session')
    lines.length = 0
    pass(15 * MINUTE)
    assert.deepEqual(await shown(copy, 'session', 'other'), { endReason: 'idle' })
    assert.deepEqual(reset(), ['session: idle', 'other: idle'])
    assert.deepEqual(await shown(browser, 'session', 'other'), { session: 'session', other: 'other' })
  })

  test('are each given a new lifetime by regenerate(), and nothing to keep while they are empty', async () => {
    const browser = await open(both)
    await shown(browser, 'session', 'other')
    assert.deepEqual(browser.cookies(), {})
    await browser.post('/fill', ['session', 'other'])
    for (let visit = 0; visit < 7; visit += 1) {
      pass(25 * MINUTE)
      await shown(browser, 'session')
    }
    await browser.post('/regenerate-other')
    pass(10 * MINUTE)
    assert.deepEqual(await shown(browser, 'session', 'other'), { other: 'other', endReason: 'absolute' })
  })

  test('a single session of another name is limited', async () => {
    const browser = await open(async (app) => {
      await app.register(secureSession, secure('account')[0]!)
      await app.register(limitedSession, limits)
    })
    await browser.post('/fill', ['account'])
    pass(35 * MINUTE)
    assert.deepEqual(await shown(browser, 'account'), { endReason: 'idle' })
  })

  test('of a scope and of the one around it are limited, where the limits are registered in the inner one', async () => {
    const app = Fastify()
    apps.push(app)
    await app.register(secureSession, secure('session'))
    await app.register(async (scope) => {
      await scope.register(secureSession, secure('other'))
      await scope.register(limitedSession, limits)
      addRoutes(scope)
    })
    const browser = new Browser(app)
    await browser.post('/fill', ['session', 'other'])
    pass(35 * MINUTE)
    assert.deepEqual(await shown(browser, 'session', 'other'), { endReason: 'idle' })
  })

  test('are refused beside a request.session of another kind, which would stay without limits', async () => {
    const app = Fastify()
    app.decorateRequest('session', null as never)
    await app.register(secureSession, secure('other'))
    await assert.rejects(
      async () => app.register(limitedSession, limits),
      /limitedSession: request\.session comes from another plugin than @fastify\/session or @fastify\/secure-session/,
    )
    await app.close()
  })
})
