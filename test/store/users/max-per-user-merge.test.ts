import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../../harness/databases.ts'
import { Browser } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { type Pause, pause } from '../../support/paused-routes.ts'
import { unendedRows } from '../../support/rows.ts'

const MOST = 1

/** Places of a user where several requests together decide whose a session is. */
forEachDatabase((target) => {
  const suite = appSuite(target)
  let app: FastifyInstance
  let slow: Pause

  before(async () => {
    slow = pause()
    const user = ({ userId, isVerified }: Record<string, unknown>) => (isVerified ? (userId as string) : undefined)
    app = await suite.open({
      options: { user, maxPerUser: MOST, evict: 'refuse', maxBytes: 10_000 },
      routes(app) {
        slow.route(app, '/slow-change', (request) => {
          Object.assign(request.session, request.body)
          return {}
        })
      },
    })
  })
  beforeEach(() => suite.database.query('DELETE FROM stored_sessions'))

  const live = async () => (await unendedRows(suite.database)).filter(({ userId }) => userId === 'ada').length

  async function visitorWith(content: object): Promise<Browser> {
    const browser = new Browser(app)
    await browser.post('/change', { n: 0, ...content })
    return browser
  }

  /** Two requests of one session at once, of which each brings one half. */
  async function together(browser: Browser, first: object, second: object) {
    const slowly = browser.post('/slow-change', first)
    await slow.entered()
    await browser.post('/change', second)
    slow.resume()
    return slowly
  }

  test('two requests that make a session that of a user only together take a place', async () => {
    const browsers = [await visitorWith({}), await visitorWith({}), await visitorWith({})]
    const codes = []
    for (const browser of browsers) {
      const response = await together(browser, { userId: 'ada' }, { isVerified: true })
      codes.push(response.statusCode)
    }
    assert.deepEqual(codes, [200, 403, 403])
    assert.equal(await live(), MOST)
  })

  test('a session that a merge makes that of another user takes no place of the first', async () => {
    const browser = await visitorWith({ isVerified: true })
    await together(browser, { userId: 'ada' }, { userId: 'grace' })
    assert.equal(await live(), 0)
    const ada = await visitorWith({})
    assert.equal((await ada.post('/change', { userId: 'ada', isVerified: true })).statusCode, 200)
    assert.equal(await live(), MOST)
  })

  test('a sign-in that could not be stored leaves its place to others', async () => {
    const browser = await visitorWith({})
    const large = { userId: 'ada', isVerified: true, text: 'x'.repeat(20_000) }
    assert.equal((await browser.post('/change', large)).statusCode, 500)
    const ada = await visitorWith({})
    assert.equal((await ada.post('/change', { userId: 'ada', isVerified: true })).statusCode, 200)
  })
})
