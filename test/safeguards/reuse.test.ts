import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { SessionEvents, StoredSessionOptions } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { appSuite } from '../support/app-suite.ts'
import { counted } from '../support/counting.ts'
import { eventsOf, kindsOf } from '../support/history.ts'
import { handleOf } from '../support/rows.ts'
import { userIdOf } from '../support/user-id.ts'
import { addRenewalRoutes, Copy, EVERY, HOUR, MINUTE, OVERLAP, RENEWING, signedIn } from './renewing-app.ts'

const ADA = { userId: 'ada' }
const ROTATED = { endReason: 'rotated' }
const REUSED = { endReason: 'reused' }

const idOf = ({ cookie }: Copy) => decodeURIComponent(cookie).split('.')[0]!
const reuse = (current: Copy, old: Copy, isEnded: boolean) => ({
  sid: handleOf(idOf(current)),
  previousSid: handleOf(idOf(old)),
  isEnded,
})

forEachDatabase((target) => {
  describe('an old id that is reused', () => {
    const suite = appSuite(target, { now: 1_732_100_000_000 })
    const { pass } = suite
    const reused: SessionEvents['reused'][0][] = []

    beforeEach(async () => {
      reused.length = 0
      for (const table of suite.apps.length > 0 ? ['stored_sessions', 'stored_sessions_events'] : [])
        await suite.database.query(`DELETE FROM ${table}`)
    })

    async function open(options: Partial<StoredSessionOptions> = {}): Promise<FastifyInstance> {
      const app = await suite.open({
        options: { user: userIdOf, ...RENEWING, ...options },
        routes: addRenewalRoutes,
      })
      app.storedSession.on('reused', (event) => reused.push(event))
      return app
    }

    for (const bindToCookie of [false, true]) {
      const how = bindToCookie ? ', bound to the cookie' : ''

      test(`is reported once, has no session, and leaves the owner alone${how}`, async () => {
        const app = await open({ bindToCookie })
        const stolen = await signedIn(app)
        pass(EVERY)
        const owner = await stolen.renewed()
        pass(OVERLAP + 1)
        assert.deepEqual(await owner.content(), ADA)
        await app.storedSession.flush()
        assert.deepEqual(await stolen.content(), ROTATED)
        assert.deepEqual(await stolen.content(), ROTATED)
        assert.deepEqual(reused, [reuse(owner, stolen, false)])
        assert.deepEqual(await owner.content(), ADA)
      })

      test(`ends the session for both with onReuse: 'end'${how}`, async () => {
        const app = await open({ bindToCookie, onReuse: 'end' })
        const stolen = await signedIn(app)
        pass(EVERY)
        const later = await stolen.renewed()
        pass(EVERY)
        const owner = await later.renewed()
        assert.deepEqual(await stolen.content(), REUSED)
        assert.deepEqual(reused, [reuse(owner, stolen, true)])
        for (const holder of [owner, later, stolen]) assert.deepEqual(await holder.content(), REUSED)
        assert.equal(reused.length, 1)
      })

      test(`shows itself when the thief renews the id, and the owner comes back${how}`, async () => {
        const app = await open({ bindToCookie, onReuse: 'end' })
        const owner = await signedIn(app)
        pass(EVERY)
        const thief = await new Copy(app, owner.cookie).renewed()
        pass(OVERLAP + 1)
        assert.deepEqual(await thief.content(), ADA)
        await app.storedSession.flush()
        assert.deepEqual(await owner.content(), REUSED)
        assert.deepEqual(await thief.content(), REUSED)
        assert.deepEqual(reused, [reuse(thief, owner, true)])
      })

      test(`shows itself when a thief took the place of a response that was lost${how}`, async () => {
        const app = await open({ bindToCookie, onReuse: 'end' })
        const first = await signedIn(app)
        pass(EVERY)
        const owner = await first.renewed()
        pass(HOUR)
        // The owner was away, so the old id goes on.
        const thief = await new Copy(app, first.cookie).renewed()
        pass(OVERLAP + 1)
        assert.deepEqual(await thief.content(), ADA)
        await app.storedSession.flush()
        assert.deepEqual(await owner.content(), REUSED)
        assert.deepEqual(await thief.content(), REUSED)
      })
    }

    test('is told from a tab that was offline for a day, whose browser has the new cookie', async () => {
      const app = await open({ onReuse: 'end', idleTimeout: '3d' })
      const tab = await signedIn(app)
      pass(EVERY)
      const browser = await tab.renewed()
      pass(OVERLAP - 1)
      // A request of the tab that was on its way when it went offline.
      assert.deepEqual(await tab.content(), ADA)
      pass(24 * HOUR)
      assert.deepEqual(await (await browser.renewed()).content(), ADA)
      assert.deepEqual(reused, [])
    })

    test('is told from a browser that crashed before it stored the new cookie', async () => {
      const app = await open({ onReuse: 'end' })
      const stored = await signedIn(app)
      pass(EVERY)
      const lost = await stored.renewed()
      await lost.post('/change', { n: 1 })
      pass(OVERLAP - 1)
      await lost.post('/change', { n: 2 })
      pass(HOUR)
      const browser = await stored.renewed()
      assert.deepEqual(await browser.content(), { ...ADA, n: 2 })
      assert.deepEqual(reused, [])
    })

    test('of a rotation by the application is reported too, and goes on in no case', async () => {
      const app = await open({ rotateEvery: false })
      const first = await signedIn(app)
      const second = first.after(await first.post('/rotate'))
      pass(OVERLAP)
      assert.deepEqual(await first.content(), ROTATED)
      assert.deepEqual(reused, [])
      pass(MINUTE)
      assert.deepEqual(await second.content(), ADA)
      await app.storedSession.flush()
      assert.deepEqual(await first.content(), ROTATED)
      assert.deepEqual(reused, [reuse(second, first, false)])
    })

    test('cannot change the session', async () => {
      const app = await open()
      const stolen = await signedIn(app)
      pass(EVERY)
      const owner = await stolen.renewed()
      pass(OVERLAP + 1)
      await owner.post('/change', { n: 1 })
      await stolen.post('/change', { n: 2 })
      const regenerated = await stolen.post('/regenerate', { keys: ['userId'] })
      assert.deepEqual(regenerated.json().userId, undefined)
      assert.deepEqual(await owner.content(), { ...ADA, n: 1 })
    })

    test('of a session that has ended ends and reports nothing', async () => {
      const app = await open({ onReuse: 'end' })
      const stolen = await signedIn(app)
      pass(EVERY)
      const owner = await stolen.renewed()
      pass(OVERLAP + 1)
      await owner.get()
      await app.storedSession.flush()
      await owner.post('/logout')
      assert.deepEqual(await stolen.content(), ROTATED)
      assert.deepEqual(reused, [])
    })

    test('beside the current id is a cookie that the browser still has', async () => {
      const app = await open({ onReuse: 'end' })
      const first = await signedIn(app)
      pass(EVERY)
      const second = await first.renewed()
      pass(OVERLAP + 1)
      await second.get()
      await app.storedSession.flush()
      for (const [one, other] of [
        [first, second],
        [second, first],
      ] as const) {
        const cookie = `sessionId=${one.cookie}; sessionId=${other.cookie}`
        assert.equal((await app.inject({ url: '/all', headers: { cookie } })).json().userId, 'ada')
      }
      assert.deepEqual(reused, [])
    })

    test('costs one statement more than another old id, however often it is repeated', async () => {
      const client = suite.closing(counted(suite.database))
      const app = await suite.openOn(client.drizzle, {
        options: { user: userIdOf, ...RENEWING, onReuse: 'end' },
        routes: addRenewalRoutes,
      })
      const stolen = await signedIn(app)
      let owner = stolen
      for (let n = 0; n < 10; n++) {
        pass(EVERY)
        owner = await owner.renewed()
      }
      await stolen.content()
      await app.storedSession.flush()
      client.statements.length = 0
      for (let n = 0; n < 5; n++) assert.deepEqual(await stolen.content(), REUSED)
      assert.equal(client.statements.length, 5 * 2)
    })

    test('is in the history with the networks and devices of both', async () => {
      const app = await open({ onReuse: 'end', history: true, metadata: true })
      const { storedSession } = app
      const response = await app.inject({ method: 'POST', url: '/login', ...atHome })
      const stolen = new Copy(app, response.cookies[0]!.value)
      pass(EVERY)
      const renewal = await app.inject({ url: '/all', cookies: { sessionId: stolen.cookie }, ...atHome })
      const owner = stolen.after(renewal)
      pass(OVERLAP + 1)
      await app.inject({ url: '/all', cookies: { sessionId: owner.cookie }, ...atHome })
      await storedSession.flush()
      await app.inject({ url: '/all', cookies: { sessionId: stolen.cookie }, ...elsewhere })
      await storedSession.flush()
      const [event] = await eventsOf(storedSession.store, { kind: 'reused' })
      assert.deepEqual(
        [event?.user, event?.handle, event?.previousHandle],
        ['ada', handleOf(idOf(owner)), handleOf(idOf(stolen))],
      )
      assert.deepEqual([event?.metadata?.ip, event?.metadata?.device?.kind], ['198.51.100.0/24', 'phone'])
      assert.deepEqual([event?.holder?.ip, event?.holder?.device?.kind], ['203.0.113.0/24', 'desktop'])
      assert.deepEqual(await kindsOf(storedSession.store, { handle: handleOf(idOf(owner)) }), [
        'rotated renewed ada',
        'reused ada',
        'ended reused ada',
      ])
    })
  })
})

const atHome = {
  headers: { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0' },
  remoteAddress: '203.0.113.7',
}
const elsewhere = {
  headers: {
    'user-agent':
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
  },
  remoteAddress: '198.51.100.9',
}
