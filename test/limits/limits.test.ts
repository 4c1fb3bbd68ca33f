import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, mock, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { LimitedSessionOptions } from '../../src/limits/limited-session.ts'
import { Browser } from '../support/app.ts'
import { limitedApp, VISITS_KEY } from './application.ts'
import { hostKinds, type SessionHost } from './session-hosts.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const START = 1_732_100_000_000

const pass = (ms: number) => mock.timers.setTime(Date.now() + ms)

for (const { name, hasIds, open: openHost } of hostKinds) {
  describe(`limits for ${name}`, () => {
    let host: SessionHost
    const apps: FastifyInstance[] = []

    before(async () => {
      host = await openHost()
      mock.timers.enable({ apis: ['Date'], now: START })
    })
    // Each test begins on the hour, and so at the beginning of a grain.
    beforeEach(() => mock.timers.setTime(Math.ceil(Date.now() / HOUR + 1) * HOUR))
    after(async () => {
      mock.timers.reset()
      for (const app of apps) await app.close()
      await host.close()
    })

    async function open(limits?: LimitedSessionOptions): Promise<FastifyInstance> {
      const app = await limitedApp(host, limits)
      apps.push(app)
      return app
    }

    async function signedIn(app: FastifyInstance): Promise<Browser> {
      const browser = new Browser(app)
      await browser.post('/login')
      return browser
    }

    /** What the application knows of a visitor, but for the id. */
    async function seen(browser: Browser): Promise<{ userId?: string; n?: number; endReason?: string }> {
      const { id, ...me } = (await browser.get('/me')).json()
      return me
    }

    async function writesOf(work: () => Promise<unknown>): Promise<number> {
      const former = host.writes()
      await work()
      return host.writes() - former
    }

    test('a session that is not used for the idle timeout is reset, as idle', async () => {
      const browser = await signedIn(await open({ idleTimeout: '30m' }))
      const [{ id }, cookies] = [(await browser.get('/me')).json(), browser.cookies()]
      pass(35 * MINUTE)
      const me = (await browser.get('/me')).json()
      assert.deepEqual([me.userId, me.endReason], [undefined, 'idle'])
      assert.notDeepEqual(browser.cookies(), cookies)
      assert.equal(typeof me.id, hasIds ? 'string' : 'undefined')
      if (hasIds) assert.notEqual(me.id, id)
      assert.deepEqual(await seen(browser), {})
      const copy = new Browser(apps.at(-1)!, cookies)
      assert.equal((await seen(copy)).userId, undefined)
    })

    test('a session that is as old as the absolute timeout is reset, as absolute, whatever it did', async () => {
      const browser = await signedIn(await open({ idleTimeout: '1h', absoluteTimeout: '3h' }))
      for (let n = 1; n < 6; n += 1) {
        pass(30 * MINUTE)
        await browser.post('/change', { n })
      }
      pass(30 * MINUTE - 1)
      assert.deepEqual(await seen(browser), { userId: 'ada', n: 5 })
      pass(1)
      assert.deepEqual(await seen(browser), { endReason: 'absolute' })
    })

    test('a session that is both too old and unused is over as absolute', async () => {
      const browser = await signedIn(await open({ idleTimeout: '1h', absoluteTimeout: '3h' }))
      pass(DAY)
      assert.deepEqual(await seen(browser), { endReason: 'absolute' })
    })

    test('who only reads stays in, for ten idle timeouts on end', async () => {
      const browser = await signedIn(await open({ idleTimeout: '20m' }))
      for (let visit = 0; visit < 20; visit += 1) {
        pass(10 * MINUTE)
        assert.deepEqual(await seen(browser), { userId: 'ada' })
      }
      pass(25 * MINUTE)
      assert.deepEqual(await seen(browser), { endReason: 'idle' })
    })

    for (const [idleTimeout, grain] of [
      [10 * MINUTE + 1, 5 * MINUTE],
      [10 * MINUTE, 10 * SECOND],
      [5 * SECOND, 10 * SECOND],
    ] as const) {
      test(`rounding ends nobody early, and nobody more than a grain late: ${idleTimeout} ms`, async () => {
        const app = await open({ idleTimeout })
        const [early, late] = [await signedIn(app), await signedIn(app)]
        pass(idleTimeout + grain - 1)
        assert.deepEqual(await seen(early), { userId: 'ada' })
        pass(1)
        assert.deepEqual(await seen(late), { endReason: 'idle' })
        mock.timers.setTime(Math.ceil(Date.now() / HOUR) * HOUR + grain - 1)
        const [stays, goes] = [await signedIn(app), await signedIn(app)]
        pass(idleTimeout)
        assert.deepEqual(await seen(stays), { userId: 'ada' })
        pass(1)
        assert.deepEqual(await seen(goes), { endReason: 'idle' })
      })
    }

    for (const [idleTimeout, every, most] of [
      ['30m', MINUTE, 12],
      ['10m', 30 * SECOND, 120],
      [false, MINUTE, 0],
    ] as const) {
      test(`an hour of reading writes ${most} times with ${idleTimeout}`, async () => {
        const browser = await signedIn(await open({ idleTimeout, absoluteTimeout: '30d' }))
        const writes = await writesOf(async () => {
          for (let time = 0; time < HOUR; time += every) {
            pass(every)
            // Twice: what falls into the same grain is not written again.
            await browser.get('/me')
            await browser.get('/me')
          }
        })
        assert.equal(writes, most)
      })
    }

    test('a visitor without content is given nothing to keep', async () => {
      const browser = new Browser(await open({ idleTimeout: '30m', absoluteTimeout: '3h' }))
      const writes = await writesOf(async () => {
        for (let visit = 0; visit < 3; visit += 1) assert.deepEqual(await seen(browser), {})
      })
      assert.deepEqual([browser.cookies(), writes], [{}, 0])
    })

    for (const path of ['/login', '/change']) {
      test(`the limits begin with the request that begins the session: ${path}`, async () => {
        const app = await open({ idleTimeout: '30m', absoluteTimeout: '1h' })
        const [left, used] = [new Browser(app), new Browser(app)]
        await left.post(path, { n: 1 })
        await used.post(path, { n: 1 })
        pass(30 * MINUTE)
        assert.equal((await seen(used)).endReason, undefined)
        pass(5 * MINUTE)
        assert.deepEqual(await seen(left), { endReason: 'idle' })
        pass(25 * MINUTE)
        assert.deepEqual(await seen(used), { endReason: 'absolute' })
      })
    }

    test('regenerate() begins a new lifetime, with what was carried over', async () => {
      const browser = await signedIn(await open({ idleTimeout: '2h', absoluteTimeout: '3h' }))
      pass(2 * HOUR)
      await browser.post('/regenerate')
      pass(2 * HOUR)
      assert.deepEqual(await seen(browser), { userId: 'ada' })
      pass(HOUR)
      assert.deepEqual(await seen(browser), { endReason: 'absolute' })
    })

    test('who signs in with a session that is over is in', async () => {
      const browser = await signedIn(await open({ idleTimeout: '30m' }))
      await browser.post('/change', { n: 1 })
      pass(DAY)
      assert.deepEqual((await browser.post('/login')).json(), { endReason: 'idle' })
      pass(30 * MINUTE)
      assert.deepEqual(await seen(browser), { userId: 'ada' })
      pass(35 * MINUTE)
      assert.deepEqual(await seen(browser), { endReason: 'idle' })
    })

    test('what is put into a session that was just reset is kept', async () => {
      const browser = await signedIn(await open({ idleTimeout: '30m' }))
      pass(DAY)
      await browser.post('/change', { n: 7 })
      assert.deepEqual(await seen(browser), { n: 7 })
    })

    test('a session from before there were limits begins with its next request', async () => {
      const browser = await signedIn(await open())
      pass(DAY)
      const app = await open({ idleTimeout: '30m', absoluteTimeout: '40m' })
      const [left, used] = [new Browser(app, browser.cookies()), new Browser(app, browser.cookies())]
      assert.deepEqual(await seen(used), { userId: 'ada' })
      assert.deepEqual((await used.get('/visits')).json().visits, { firstVisit: Date.now(), lastVisit: Date.now() })
      pass(35 * MINUTE)
      if (hasIds) assert.deepEqual(await seen(left), { endReason: 'idle' })
      assert.deepEqual(await seen(used), hasIds ? {} : { endReason: 'idle' })
    })

    test('visits of a wrong type count as never noted', async () => {
      const app = await open({ idleTimeout: '30m', absoluteTimeout: '3h' })
      const kinds = [null, true, 0, 'x', [], {}, [0, 0]]
      const single = [null, '0', true, [], {}, '9e99'].map((visit) => ({ firstVisit: visit, lastVisit: visit }))
      for (const visits of [...kinds, ...single]) {
        const browser = new Browser(app)
        assert.equal((await browser.post('/change', { userId: 'ada', [VISITS_KEY]: visits })).statusCode, 200)
        pass(DAY)
        const now = Date.now()
        assert.deepEqual(await seen(browser), { userId: 'ada' }, JSON.stringify(visits))
        assert.deepEqual((await browser.get('/visits')).json().visits, { firstVisit: now, lastVisit: now })
        pass(35 * MINUTE)
        assert.deepEqual(await seen(browser), { endReason: 'idle' }, JSON.stringify(visits))
      }
    })

    test('a first visit that is missing is noted although the last one is there', async () => {
      const browser = await signedIn(await open({ idleTimeout: '30m', absoluteTimeout: '40m' }))
      await browser.post('/change', { [VISITS_KEY]: { lastVisit: Date.now() } })
      await browser.get('/me')
      pass(30 * MINUTE)
      assert.deepEqual(await seen(browser), { userId: 'ada' })
      pass(10 * MINUTE)
      assert.deepEqual(await seen(browser), { endReason: 'absolute' })
    })

    test('a visit in the future is no licence: beyond what clocks may differ, the session is over', async () => {
      const app = await open({ idleTimeout: '30m', absoluteTimeout: '3h' })
      for (const [ahead, outcome] of [
        [{ lastVisit: 5 * MINUTE }, { userId: 'ada' }],
        [{ lastVisit: 5 * MINUTE + 1 }, { endReason: 'idle' }],
        [{ firstVisit: 5 * MINUTE }, { userId: 'ada' }],
        [{ firstVisit: 5 * MINUTE + 1 }, { endReason: 'absolute' }],
        [{ firstVisit: Number.MAX_VALUE, lastVisit: Number.MAX_VALUE }, { endReason: 'absolute' }],
      ] as const) {
        const now = Date.now()
        const browser = await signedIn(app)
        const crafted = Object.entries(ahead).map(([visit, ms]) => [visit, now + ms])
        const visits = { firstVisit: now, lastVisit: now, ...Object.fromEntries(crafted) }
        await browser.post('/change', { [VISITS_KEY]: visits })
        assert.deepEqual(await seen(browser), outcome, JSON.stringify(ahead))
      }
    })
  })
}
