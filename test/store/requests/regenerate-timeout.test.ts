import assert from 'node:assert/strict'
import { afterEach, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { SessionDatabase } from '../../../src/database/contract/session-database.ts'
import { openDatabase } from '../../../src/database/open.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { Browser, cookieLines, sessionOf } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { allRows, storedRow, unendedRows } from '../../support/rows.ts'

const TIMEOUT_MS = 1_000

forEachDatabase((target) => {
  const suite = appSuite(target)
  let opened: SessionDatabase
  let app: FastifyInstance
  // What `end` waits for: before its statement, or after it with the answer.
  let statement: Promise<void> | undefined
  let answer: Promise<void> | undefined
  let release: () => void
  // The one that waited, until it is done.
  let late: Promise<boolean>

  before(async () => {
    opened = suite.closing(await openDatabase(target.dialect, suite.database.url, 'stored_sessions'))
    const slow: SessionDatabase = {
      ...opened,
      end(sid, end) {
        if (!isHeld()) return opened.end(sid, end)
        late = lateEnd(() => opened.end(sid, end))
        return late
      },
    }
    app = await suite.openOn(slow, {
      options: { operationTimeout: TIMEOUT_MS },
      routes(app) {
        app.post('/regenerate', async (request) => {
          await request.session.regenerate()
          sessionOf(request).userId = 'grace'
          return {}
        })
        app.post('/regenerate-and-go-on', async (request) => {
          await request.session.regenerate().catch(() => {})
          sessionOf(request).userId = 'grace'
          return {}
        })
        app.post('/regenerate-with-callback', (request, reply) => {
          request.session.regenerate((error) => void reply.send(error ?? {}))
        })
      },
    })
  })
  afterEach(() => release?.())

  const isHeld = () => statement !== undefined || answer !== undefined

  /** Only the first one waits: what the application sends after it finds the database well. */
  async function lateEnd(end: () => Promise<boolean>): Promise<boolean> {
    const [before, behind] = [statement, answer]
    statement = answer = undefined
    await before
    const isEnded = await end()
    await behind
    return isEnded
  }

  const held = () =>
    new Promise<void>((resolve) => {
      release = resolve
    })
  const aliveRows = async () => (await unendedRows(suite.database)).length

  async function signedIn(): Promise<{ browser: Browser; id: string }> {
    const browser = new Browser(app)
    const { id } = (await browser.post('/login')).json()
    return { browser, id }
  }

  /** Regenerates while `end` is held: a 503, within its time, that begins no session and leaves the cookie alone. */
  async function refused(browser: Browser, url: string, code = 'UNAVAILABLE'): Promise<void> {
    const [rows, cookies, begun] = [(await allRows(suite.database)).length, browser.cookies(), performance.now()]
    const response = await browser.post(url)
    assert.ok(performance.now() - begun < 20 * TIMEOUT_MS)
    assert.deepEqual([response.statusCode, response.json().code], [503, `FST_STORED_SESSION_${code}`])
    assert.equal(response.headers['retry-after'], '2')
    assert.deepEqual([cookieLines(response), browser.cookies()], [[], cookies])
    assert.equal((await allRows(suite.database)).length, rows)
  }

  for (const [url, code] of [
    ['/regenerate', 'UNAVAILABLE'],
    ['/regenerate-with-callback', 'UNAVAILABLE'],
    ['/regenerate-and-go-on', 'NOT_REGENERATED'],
  ] as const) {
    test(`when the old session ended and its answer is late, ${url} answers 503, and neither session is valid`, async () => {
      const { browser, id } = await signedIn()
      const alive = await aliveRows()
      answer = held()
      await refused(browser, url, code)
      assert.equal(await aliveRows(), alive - 1)
      assert.equal((await storedRow(suite.database, id)).endReason, 'destroyed')
      assert.deepEqual((await browser.get('/me')).json(), { endReason: 'destroyed' })
      release()
      assert.equal((await browser.post('/login')).statusCode, 200)
      assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
      assert.equal(await aliveRows(), alive)
    })
  }

  test('when the end of the old session is late, the request answers 503, and the old session is valid until it ends', async () => {
    const { browser, id } = await signedIn()
    const alive = await aliveRows()
    statement = held()
    await refused(browser, '/regenerate')
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
    assert.equal(await aliveRows(), alive)
    release()
    assert.equal(await late, true)
    assert.deepEqual((await browser.get('/me')).json(), { endReason: 'destroyed' })
    assert.equal(await aliveRows(), alive - 1)
    assert.equal((await storedRow(suite.database, id)).endReason, 'destroyed')
  })

  test('regenerate() that is tried again while the first end is late leaves one session, the new one', async () => {
    const { browser, id } = await signedIn()
    const [alive, cookies] = [await aliveRows(), browser.cookies()]
    statement = held()
    await refused(browser, '/regenerate')
    assert.equal((await browser.post('/regenerate')).statusCode, 200)
    const { endedAt } = await storedRow(suite.database, id)
    release()
    assert.equal(await late, false)
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'grace' })
    assert.deepEqual((await new Browser(app, cookies).get('/me')).json(), { endReason: 'destroyed' })
    assert.deepEqual([await aliveRows(), (await storedRow(suite.database, id)).endedAt], [alive, endedAt])
  })
})
