import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { StoredSessionOptions } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { Browser, cookieLines } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { storedRow } from '../support/rows.ts'

const HOUR_MS = 3_600_000
const START = 1_732_100_000_000

type Cookie = FastifyRequest['session']['cookie']
type Body = { name: 'maxAge' | 'expires'; value: unknown }

/** A route that sets a lifetime, in the session as it was loaded or after a call that gives it another cookie. */
function addLifetimeRoute(app: FastifyInstance): void {
  app.post<{ Body: Body; Params: { how: string } }>('/lifetime/:how', async (request) => {
    const { how } = request.params
    if (how === 'reloaded') await request.session.reload()
    if (how === 'regenerated') await request.session.regenerate(['userId' as never])
    if (how === 'optioned') request.session.options({ httpOnly: true })
    const { cookie }: { cookie: Omit<Cookie, 'maxAge' | 'expires'> & Record<string, unknown> } = request.session
    cookie[request.body.name] = request.body.value
    if (how === 'saved') await request.session.save()
    const { maxAge, expires, originalMaxAge } = cookie
    return { maxAge, expires, originalMaxAge, id: request.session.sessionId }
  })
}

forEachDatabase((target) => {
  const suite = appSuite(target, { now: START })

  async function signedIn(cookie: NonNullable<StoredSessionOptions['cookie']>) {
    const app = await suite.open({ options: { idleTimeout: 2 * HOUR_MS, cookie }, routes: addLifetimeRoute })
    const browser = new Browser(app)
    await browser.post('/login')
    return { app, browser }
  }

  /** Time passes, after touches were written. */
  async function pass(ms: number): Promise<void> {
    for (const app of suite.apps) await app.storedSession.flush()
    suite.pass(ms)
  }

  const idOf = async (browser: Browser) => (await browser.get('/me')).json().userId as string | undefined

  for (const [name, value] of [
    ['maxAge', null],
    ['maxAge', false],
    ['expires', null],
    ['expires', false],
  ] as const) {
    test(`${name} = ${value} gives the cookie no lifetime, and the session follows idleTimeout`, async () => {
      const { browser } = await signedIn({ secure: false, maxAge: HOUR_MS })
      const response = await browser.post('/lifetime/loaded', { name, value })
      const { id, ...seen } = response.json()
      assert.deepEqual(seen, { maxAge: null, expires: null, originalMaxAge: null })
      const [line] = cookieLines(response)
      assert.doesNotMatch(line!, /Expires|Max-Age/i)
      assert.equal((await storedRow(suite.database, id)).expiresAt, Date.now() + 2 * HOUR_MS)
      await pass(1.5 * HOUR_MS)
      const later = await browser.get('/me')
      assert.deepEqual([later.json().userId, cookieLines(later)], ['ada', []])
      await pass(1.5 * HOUR_MS)
      assert.equal(await idOf(browser), 'ada')
      await pass(2 * HOUR_MS)
      assert.equal((await browser.get('/me')).json().endReason, 'idle')
    })
  }

  for (const how of ['saved', 'reloaded', 'regenerated', 'optioned']) {
    test(`a session that is ${how} keeps a cookie without lifetime, whatever it saves later`, async () => {
      const { browser } = await signedIn({ secure: false, maxAge: HOUR_MS })
      const set = await browser.post(`/lifetime/${how}`, { name: 'maxAge', value: null })
      assert.doesNotMatch(cookieLines(set).at(-1)!, /Expires|Max-Age/i)
      await pass(1.5 * HOUR_MS)
      const changed = await browser.post('/change', { n: 1 })
      assert.doesNotMatch(cookieLines(changed)[0]!, /Expires|Max-Age/i)
      await pass(1.5 * HOUR_MS)
      const { id } = (await browser.post('/lifetime/regenerated', { name: 'other', value: 1 })).json()
      assert.equal((await storedRow(suite.database, id)).expiresAt, Date.now() + 2 * HOUR_MS)
      await pass(1.5 * HOUR_MS)
      assert.equal(await idOf(browser), 'ada')
    })
  }

  test('a date of the configuration is removed too, and a maxAge that is set later works again', async () => {
    const { browser } = await signedIn({ secure: false, expires: new Date(Date.now() + HOUR_MS) })
    await browser.post('/lifetime/loaded', { name: 'maxAge', value: null })
    await pass(1.5 * HOUR_MS)
    assert.equal(await idOf(browser), 'ada')
    const response = await browser.post('/lifetime/loaded', { name: 'maxAge', value: 3 * HOUR_MS })
    assert.match(cookieLines(response)[0]!, new RegExp(`Expires=${new Date(Date.now() + 3 * HOUR_MS).toUTCString()}`))
    await pass(2.5 * HOUR_MS)
    assert.equal(await idOf(browser), 'ada')
    await pass(3 * HOUR_MS)
    assert.equal(await idOf(browser), undefined)
  })

  test('a cookie that never had a lifetime still takes the one of a new configuration', async () => {
    const { browser } = await signedIn({ secure: false })
    const app = await suite.open({ options: { cookie: { secure: false, maxAge: HOUR_MS } } })
    const [line] = cookieLines(await new Browser(app, browser.cookies()).post('/change', { n: 1 }))
    assert.match(line!, /Expires=/)
  })
})
