import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoredSessionOptions } from '../../src/index.ts'
import { staticKeys } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { namedKey } from '../keys/named-key.ts'
import { cookieLines } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { counted } from '../support/counting.ts'
import { failingDatabase } from '../support/failing-database.ts'
import { allRows, rowOf } from '../support/rows.ts'
import { userIdOf } from '../support/user-id.ts'
import { boundRoutes, SIGNED_IN, stateOf, UNBOUND, UNPROVEN } from './bound-routes.ts'
import { BoundBrowser, offerIn } from './device.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const isRead = (statement: string) => /^\s*select/i.test(statement)

forEachDatabase((target) => {
  const suite = appSuite(target, { now: Date.UTC(2026, 5, 1) })
  const client = suite.opening(counted)
  const failing = suite.opening(failingDatabase)
  const open = (options: Partial<StoredSessionOptions> = {}) =>
    suite.open({ options: { deviceBound: true, user: userIdOf, ...options }, routes: boundRoutes })

  test('where it is required, a session that is not bound in time ends, and a bound one lives on', async () => {
    const app = await open({ deviceBound: { require: 'always' }, history: true })
    const [bound, unbound] = [await BoundBrowser.signedIn(app), new BoundBrowser(app)]
    await unbound.signIn()
    suite.pass(2 * MINUTE - 1)
    assert.deepEqual([await stateOf(bound), await stateOf(unbound)], [SIGNED_IN, UNBOUND])
    suite.pass(1)
    const response = await unbound.get('/state')
    assert.deepEqual(response.json(), UNPROVEN)
    assert.match(cookieLines(response)[0]!, /^sessionId=;/)
    assert.deepEqual(await stateOf(bound), SIGNED_IN)
    const { sessions } = await app.storedSession.list()
    assert.deepEqual(sessions.map(({ endReason }) => endReason).filter(Boolean), ['unproven'])
    await app.storedSession.flush()
    const { events } = await app.storedSession.history({ kind: 'ended' })
    assert.deepEqual(
      events.map(({ reason, user }) => [reason, user]),
      [['unproven', 'ada']],
    )
  })

  test('a session without a proof is not kept alive by who copied its cookie', async () => {
    const app = await open({ idleTimeout: '1h', deviceBound: true })
    const browser = await BoundBrowser.signedIn(app)
    for (let times = 0; times < 7; times++) {
      suite.pass(10 * MINUTE)
      await browser.stolen('sessionId').get('/state')
    }
    assert.equal((await stateOf(browser.stolen())).endReason, 'idle')
  })

  test('turning the option off signs nobody out, and binds nobody; what is bound stays so', async () => {
    const on = await open()
    const browser = await BoundBrowser.signedIn(on)
    const off = await open({ deviceBound: false })
    const same = browser.at(off)
    suite.pass(11 * MINUTE)
    assert.deepEqual(await stateOf(same), SIGNED_IN)
    await same.post('/change', { n: 1 })
    assert.equal(offerIn(await new BoundBrowser(off).signIn()), undefined)
    assert.equal((await same.refreshWith(undefined)).statusCode, 404)
    assert.deepEqual(await stateOf(browser.at(on)), UNPROVEN)
    await browser.refresh()
    assert.deepEqual(await stateOf(browser), SIGNED_IN)
  })

  test('sessions from before the option stay usable, and are never offered a registration', async () => {
    const browser = new BoundBrowser(await open({ deviceBound: false }))
    await browser.signIn()
    const later = browser.at(await open())
    assert.equal(offerIn(await later.post('/change', { n: 1 })), undefined)
    suite.pass(HOUR)
    assert.deepEqual(await stateOf(later), UNBOUND)
  })

  test('a binding outlives a change of keys, by a save and by reencrypt(), and the removal of the old key', async () => {
    const [old, next] = [namedKey('old'), namedKey('next')]
    const first = await open({ keys: staticKeys([old]) })
    const saved = await BoundBrowser.signedIn(first)
    const read = await BoundBrowser.signedIn(first)
    const rotated = await BoundBrowser.signedIn(first)
    await rotated.post('/rotate')
    const both = await open({ keys: staticKeys([next, old]) })
    for (const browser of [saved, read, rotated]) assert.deepEqual(await stateOf(browser.at(both)), SIGNED_IN)
    await saved.at(both).post('/change', { n: 1 })
    await both.storedSession.reencrypt()
    const last = await open({ keys: staticKeys([next]) })
    for (const browser of [saved, read, rotated]) {
      const now = browser.at(last)
      assert.deepEqual(await stateOf(now), UNPROVEN, 'its cookie was made with the old key')
      const proof = now.key.proof(await now.challenge())
      assert.equal((await now.refreshWith(proof, { withCookies: false })).statusCode, 200, 'without cookies')
      assert.equal((await now.refresh()).statusCode, 200)
      assert.deepEqual(await stateOf(now), SIGNED_IN)
    }
  })

  test('with keys that answer later a session is bound, checked and renewed too', async () => {
    const keys = staticKeys([namedKey('later')])
    const later = { current: async () => keys.current(), find: async (id: number) => keys.find(id) }
    const browser = await BoundBrowser.signedIn(await open({ keys: later }))
    assert.deepEqual([await stateOf(browser), await stateOf(browser.stolen('sessionId'))], [SIGNED_IN, UNPROVEN])
    for (const url of ['/rotate', '/regenerate']) await browser.post(url)
    suite.pass(11 * MINUTE)
    assert.equal((await browser.refresh()).statusCode, 200)
    assert.deepEqual(await stateOf(browser), SIGNED_IN)
  })

  test('a database that is away is a 503, which no browser takes for an end', async () => {
    const app = await suite.openOn(failing.database, {
      options: { deviceBound: true, user: userIdOf, migrate: false },
      routes: boundRoutes,
    })
    const browser = await BoundBrowser.signedIn(app)
    const proof = browser.key.proof(await browser.challenge())
    const other = new BoundBrowser(app)
    await other.signIn()
    failing.failing.add('read')
    for (const response of [await browser.refreshWith(proof), await other.register(), await browser.get('/state')])
      assert.equal(response.statusCode, 503)
    failing.failing.clear()
    assert.equal((await browser.refreshWith(proof)).statusCode, 200)
    assert.equal((await other.register()).statusCode, 200)
    assert.deepEqual(await stateOf(browser), SIGNED_IN)
  })

  test('with bindToCookie a session is bound and renewed too, also after a rotation', async () => {
    const browser = await BoundBrowser.signedIn(await open({ bindToCookie: true }))
    await browser.post('/rotate')
    suite.pass(11 * MINUTE)
    assert.deepEqual(await stateOf(browser), UNPROVEN)
    assert.equal((await browser.refresh()).statusCode, 200)
    assert.deepEqual(await stateOf(browser), SIGNED_IN)
  })

  test('the key of the device is in no column, and an ended row loses it', async () => {
    const browser = await BoundBrowser.signedIn(await open())
    const id = browser.cookies().sessionId!.split('.')[0]!
    const [x, y] = [browser.key.jwk.x!, browser.key.jwk.y!].map((text) => Buffer.from(text, 'base64url'))
    for (const row of await allRows(suite.database))
      for (const column of [row.binding, row.data, row.metadata])
        for (const bytes of [x!, y!]) assert.ok(!column?.includes(bytes))
    assert.ok((await rowOf(suite.database, id))?.binding)
    await browser.post('/logout')
    assert.equal((await rowOf(suite.database, id))?.binding, null)
  })

  test('a request of a bound session costs its one read, and a refresh one read and nothing else', async () => {
    const app = await suite.openOn(client.drizzle, {
      options: { deviceBound: true, user: userIdOf },
      routes: boundRoutes,
    })
    const browser = await BoundBrowser.signedIn(app)
    const sent = async (work: () => Promise<unknown>) => {
      client.statements.length = 0
      await work()
      return client.statements.map(isRead)
    }
    assert.deepEqual(await sent(() => browser.get('/state')), [true])
    assert.deepEqual(await sent(() => browser.stolen('sessionId').get('/state')), [true])
    let challenge = ''
    assert.deepEqual(
      await sent(async () => {
        challenge = await browser.challenge()
      }),
      [],
    )
    const proof = browser.key.proof(challenge)
    assert.deepEqual(await sent(() => browser.refreshWith(proof)), [true])
    assert.deepEqual(await sent(() => browser.refreshWith(proof, { withCookies: false })), [true])
    assert.deepEqual(await sent(() => browser.refreshWith('x.y.z')), [])
    const other = new BoundBrowser(app)
    await other.signIn()
    assert.deepEqual(await sent(() => other.register()), [true, false])
  })
})
