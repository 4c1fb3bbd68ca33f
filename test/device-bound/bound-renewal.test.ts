import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { userIdOf } from '../support/user-id.ts'
import { BoundBrowser } from './device.ts'

const MINUTE = 60_000
const OVERLAP = 30_000

forEachDatabase((target) => {
  describe('a bound session whose id renews itself', () => {
    const suite = appSuite(target, { now: 1_732_100_000_000 })
    let app: FastifyInstance

    beforeEach(async () => {
      if (suite.apps.length > 0) await suite.database.query('DELETE FROM stored_sessions')
      app = await open('report')
    })

    const open = (onReuse: 'report' | 'end') =>
      suite.open({
        options: {
          user: userIdOf,
          deviceBound: { refresh: '10m' },
          rotateEvery: '5m',
          rotationOverlap: OVERLAP,
          onReuse,
        },
        routes: (one) => {
          one.get('/bound', async (request) => ({ user: sessionOf(request).userId, isBound: request.isDeviceBound }))
          one.post('/count', async (request) => ({
            n: await one.storedSession.update(request, (session) => {
              const counted = session as { n?: number }
              counted.n = (counted.n ?? 0) + 1
              return counted.n
            }),
          }))
        },
      })

    const shown = async (browser: { get(url: string): Promise<{ json(): unknown }> }) =>
      (await browser.get('/bound')).json()
    const cookieOf = (browser: BoundBrowser) => browser.cookies().sessionId

    test('stays bound under each new id, and renews its proof', async () => {
      const browser = await BoundBrowser.signedIn(app)
      for (let round = 1; round <= 4; round++) {
        const before = cookieOf(browser)
        suite.pass(6 * MINUTE)
        assert.equal((await browser.refresh()).statusCode, 200, `round ${round}`)
        assert.deepEqual(await shown(browser), { user: 'ada', isBound: true })
        assert.notEqual(cookieOf(browser), before)
        assert.deepEqual(await shown(browser), { user: 'ada', isBound: true })
      }
    })

    test('gives the old id to nobody without a proof, during the overlap and after it', async () => {
      const browser = await BoundBrowser.signedIn(app)
      const thief = browser.stolen('sessionId')
      suite.pass(6 * MINUTE)
      await browser.refresh()
      await browser.get('/bound')
      assert.deepEqual(await shown(thief), { isBound: false })
      suite.pass(OVERLAP + 1)
      assert.deepEqual(await shown(browser), { user: 'ada', isBound: true })
      assert.deepEqual(await shown(thief), { isBound: false })
      assert.deepEqual(await shown(browser), { user: 'ada', isBound: true })
    })

    test('ends with onReuse only if the old id comes with a proof', async () => {
      const ending = await open('end')
      const owner = await BoundBrowser.signedIn(ending)
      const [thief, twin] = [owner.stolen('sessionId'), owner.at(ending)]
      const reused: boolean[] = []
      ending.storedSession.on('reused', ({ isEnded }) => reused.push(isEnded))
      suite.pass(6 * MINUTE)
      await owner.refresh()
      await owner.get('/bound')
      suite.pass(OVERLAP + 1)
      assert.deepEqual(await shown(owner), { user: 'ada', isBound: true })
      await ending.storedSession.flush()
      assert.deepEqual(await shown(thief), { isBound: false })
      assert.deepEqual(reused, [false])
      assert.deepEqual(await shown(owner), { user: 'ada', isBound: true })
      const second = await BoundBrowser.signedIn(ending)
      twin.setCookie('sessionId', second.cookies().sessionId!)
      suite.pass(6 * MINUTE)
      await second.refresh()
      await second.get('/bound')
      suite.pass(OVERLAP + 1)
      await second.get('/bound')
      await ending.storedSession.flush()
      twin.setCookie(second.deviceCookie, second.cookies()[second.deviceCookie]!)
      assert.deepEqual(await shown(twin), { isBound: false })
      assert.deepEqual(reused, [false, true])
      assert.deepEqual(await shown(second), { isBound: false })
    })

    test('counts with update() before, at and after a renewal, by the old id too', async () => {
      const browser = await BoundBrowser.signedIn(app)
      const count = async (one: BoundBrowser) => (await one.post('/count')).json().n
      assert.equal(await count(browser), 1)
      const tab = browser.at(app)
      suite.pass(6 * MINUTE)
      await browser.refresh()
      assert.equal(await count(browser), 2)
      assert.equal(await count(browser), 3)
      tab.setCookie(browser.deviceCookie, browser.cookies()[browser.deviceCookie]!)
      assert.equal(await count(tab), 4)
      assert.equal(await count(browser), 5)
      assert.deepEqual(await shown(browser), { user: 'ada', isBound: true })
    })
  })
})
