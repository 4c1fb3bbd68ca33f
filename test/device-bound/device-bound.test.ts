import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { appSuite } from '../support/app-suite.ts'
import { userIdOf } from '../support/user-id.ts'
import { boundRoutes, SIGNED_IN, stateOf, UNBOUND, UNPROVEN } from './bound-routes.ts'
import { BoundBrowser, DeviceKey, offerIn } from './device.ts'

const MINUTE = 60_000

forEachDatabase((target) => {
  const suite = appSuite(target, { now: Date.UTC(2026, 5, 1) })
  let app: FastifyInstance

  before(async () => {
    app = await suite.open({ options: { deviceBound: true, user: userIdOf }, routes: boundRoutes })
  })

  for (const algorithm of ['ES256', 'RS256'] as const) {
    test(`a session is bound to a key of ${algorithm}, and its cookie alone opens nothing`, async () => {
      const browser = await BoundBrowser.signedIn(app, new DeviceKey(algorithm))
      assert.deepEqual(await stateOf(browser), SIGNED_IN)
      assert.deepEqual(await stateOf(browser.stolen('sessionId')), UNPROVEN)
      suite.pass(11 * MINUTE)
      assert.deepEqual(await stateOf(browser.stolen()), UNPROVEN)
      const response = await browser.refresh()
      assert.equal(response.statusCode, 200)
      assert.deepEqual(await stateOf(browser), SIGNED_IN)
    })
  }

  test('a registration is offered for a new session with content, and never for another', async () => {
    const browser = new BoundBrowser(app)
    assert.equal(offerIn(await browser.get('/state')), undefined)
    assert.ok(offerIn(await browser.signIn()))
    assert.equal(offerIn(await browser.post('/change', { n: 1 })), undefined)
    assert.equal(offerIn(await browser.post('/rotate')), undefined)
    const bound = await BoundBrowser.signedIn(app)
    for (const url of ['/regenerate', '/login']) assert.equal(offerIn(await bound.post(url)), undefined)
    assert.deepEqual(await stateOf(bound), SIGNED_IN)
  })

  test('a request without a proof keeps the cookie of the owner', async () => {
    const browser = await BoundBrowser.signedIn(app)
    const thief = browser.stolen('sessionId')
    for (const url of ['/state', '/me']) assert.equal((await thief.get(url)).headers['set-cookie'], undefined)
    assert.deepEqual(await stateOf(browser), SIGNED_IN)
  })

  test('who has no proof can sign in again', async () => {
    const browser = await BoundBrowser.signedIn(app)
    const thief = browser.stolen('sessionId')
    assert.ok(offerIn(await thief.post('/login')))
    assert.deepEqual(await stateOf(thief), UNBOUND)
    assert.deepEqual(await stateOf(browser), SIGNED_IN)
  })

  test('the binding outlives a rotation and a regeneration', async () => {
    const browser = await BoundBrowser.signedIn(app)
    for (const url of ['/rotate', '/regenerate', '/rotate']) {
      assert.equal((await browser.post(url)).statusCode, 200)
      assert.deepEqual(await stateOf(browser), SIGNED_IN, url)
      assert.deepEqual(await stateOf(browser.stolen('sessionId')), UNPROVEN, url)
      suite.pass(11 * MINUTE)
      assert.equal((await browser.refresh()).statusCode, 200, url)
      assert.deepEqual(await stateOf(browser), SIGNED_IN, url)
      suite.pass(11 * MINUTE)
      const challenge = await browser.challenge()
      const apart = await browser.refreshWith(browser.key.proof(challenge), { withCookies: false })
      assert.equal(apart.statusCode, 200, url)
      assert.deepEqual(await stateOf(browser), SIGNED_IN, url)
    }
  })

  test('the browser forgets the key of a session that has ended', async () => {
    for (const end of [
      (browser: BoundBrowser) => browser.post('/logout'),
      () => app.storedSession.revoke({ all: true }),
    ]) {
      const browser = await BoundBrowser.signedIn(app)
      await end(browser)
      const response = await browser.refresh()
      const { session_identifier } = browser.instructions!
      assert.deepEqual([response.statusCode, response.json()], [200, { session_identifier, continue: false }])
      assert.equal(response.headers['set-cookie'], undefined)
    }
  })

  test('a sign-out clears both cookies, and the end by another request clears them too', async () => {
    for (const end of ['/logout', '/state']) {
      const browser = await BoundBrowser.signedIn(app)
      if (end === '/state') await app.storedSession.revoke({ all: true })
      await browser.send({ method: end === '/logout' ? 'POST' : 'GET', url: end })
      assert.deepEqual(browser.cookies(), {}, end)
    }
  })

  test('lists and statistics tell bound sessions', async () => {
    await app.storedSession.revoke({ all: true })
    await BoundBrowser.signedIn(app)
    await new BoundBrowser(app).signIn()
    const { sessions } = await app.storedSession.list({ state: 'live' })
    assert.deepEqual(sessions.map(({ isDeviceBound }) => isDeviceBound).sort(), [false, true])
    const { live, deviceBound } = await app.storedSession.stats()
    assert.deepEqual({ live, deviceBound }, { live: 2, deviceBound: 1 })
  })
})
