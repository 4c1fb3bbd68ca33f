import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoredSessionOptions } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { addRememberRoute, Browser } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { rowOf, setColumn, storedRow } from '../../support/rows.ts'
import { until } from '../../support/until.ts'
import { signIn, visitorOf } from '../../support/visitor.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const START = 1_732_100_000_000

forEachDatabase((target) => {
  const suite = appSuite(target, { now: START })
  const { pass } = suite

  const open = (options: Partial<StoredSessionOptions> = {}) => suite.open({ options, routes: addRememberRoute })

  const touched = (id: string) =>
    until('the use is stored', async () => (await storedRow(suite.database, id)).touchedAt === Date.now())

  test('a session unused for the idle timeout is over, to the millisecond, and stays over', async () => {
    const app = await open({ idleTimeout: '30m', touchInterval: '10m' })
    const [used, unused] = [await signIn(app), await signIn(app)]
    pass(30 * MINUTE - 1)
    assert.deepEqual(await used.me(), { userId: 'ada' })
    await touched(used.id)
    pass(1)
    assert.deepEqual(await unused.me(), { endReason: 'idle' })
    assert.deepEqual(await used.me(), { userId: 'ada' })
    pass(30 * MINUTE - 1)
    assert.deepEqual(await used.me(), { endReason: 'idle' })
    assert.equal((await storedRow(suite.database, used.id)).endedAt, null)
  })

  test('who only reads stays in for ten idle periods', async () => {
    const app = await open({ idleTimeout: '20m' })
    const visitor = await signIn(app)
    for (let visit = 0; visit < 20; visit += 1) {
      pass(10 * MINUTE)
      assert.deepEqual(await visitor.me(), { userId: 'ada' })
      await touched(visitor.id)
    }
    pass(20 * MINUTE)
    assert.deepEqual(await visitor.me(), { endReason: 'idle' })
  })

  test('with rolling: false only changes prolong a session', async () => {
    const options = { idleTimeout: '20m', rolling: false } as const
    const app = await open(options)
    const [reader, writer] = [await signIn(app), await signIn(app)]
    pass(15 * MINUTE)
    assert.deepEqual(await reader.me(), { userId: 'ada' })
    await writer.post('/change', { n: 1 })
    // Stores the touches that wait, if there are any.
    await app.close()
    const again = await open(options)
    pass(5 * MINUTE)
    assert.deepEqual(await visitorOf(again, reader.id, reader.sessionId).me(), { endReason: 'idle' })
    const changed = visitorOf(again, writer.id, writer.sessionId)
    assert.deepEqual(await changed.me(), { userId: 'ada', n: 1 })
    pass(15 * MINUTE)
    assert.deepEqual(await changed.me(), { endReason: 'idle' })
  })

  test('a session as old as the absolute timeout is over, whatever it did', async () => {
    const app = await open({ idleTimeout: '1h', absoluteTimeout: '3h' })
    const visitor = await signIn(app)
    const { createdAt } = await storedRow(suite.database, visitor.id)
    for (let visit = 0; visit < 5; visit += 1) {
      pass(30 * MINUTE)
      await visitor.post('/change', { n: visit })
      await visitor.post('/remember', { maxAge: 30 * DAY })
    }
    pass(30 * MINUTE - 1)
    assert.deepEqual(await visitor.me(), { userId: 'ada', n: 4 })
    assert.equal((await storedRow(suite.database, visitor.id)).createdAt, createdAt)
    pass(1)
    assert.deepEqual(await visitor.me(), { endReason: 'absolute' })
  })

  test('a new absolute lifetime begins with regenerate', async () => {
    const app = await open({ absoluteTimeout: '3h' })
    const browser = new Browser(app)
    await browser.post('/login')
    pass(2 * HOUR - 1)
    await browser.post('/login')
    pass(2 * HOUR - 1)
    assert.deepEqual((await browser.get('/me')).json(), { userId: 'ada' })
    pass(HOUR + 1)
    assert.deepEqual((await browser.get('/me')).json(), { endReason: 'absolute' })
  })

  test('without an absolute timeout a session that is used lives on', async () => {
    const app = await open({ idleTimeout: '30d', absoluteTimeout: false })
    const visitor = await signIn(app)
    for (let visit = 0; visit < 15; visit += 1) {
      pass(29 * DAY)
      assert.deepEqual(await visitor.me(), { userId: 'ada' })
      await touched(visitor.id)
    }
  })

  test('a stricter configuration holds for the sessions that are there', async () => {
    const { id, sessionId } = await signIn(await open({ idleTimeout: '10h', absoluteTimeout: '20d' }))
    pass(HOUR)
    for (const [options, endReason] of [
      [{ idleTimeout: '1h' }, 'idle'],
      [{ absoluteTimeout: '1h' }, 'absolute'],
      [{ idleTimeout: HOUR + 1, absoluteTimeout: HOUR + 1 }, undefined],
    ] as const) {
      assert.equal((await visitorOf(await open(options), id, sessionId).me()).endReason, endReason)
    }
  })

  test('dates of the row that were set by hand prolong the idle time at most, and nothing beyond the absolute timeout', async () => {
    const app = await open({ idleTimeout: '1h', absoluteTimeout: '3h' })
    const far = Date.now() + 1_000 * DAY
    const dated = async (columns: string[], cookie: { expires?: number } = {}) => {
      const visitor = await signIn(app)
      await visitor.post('/remember', cookie)
      for (const column of columns) await setColumn(suite.database, visitor.id, column, far)
      return visitor
    }
    const expiresAlone = await dated(['expires_at'])
    const touchedAlone = await dated(['touched_at'])
    const both = await dated(['touched_at', 'expires_at', 'trim_at'])
    const withDate = await dated(['touched_at', 'expires_at'], { expires: Date.now() + HOUR })
    const younger = await dated(['created_at', 'touched_at', 'expires_at'])
    pass(HOUR)
    for (const over of [expiresAlone, touchedAlone, withDate]) assert.deepEqual(await over.me(), { endReason: 'idle' })
    assert.ok(await rowOf(suite.database, expiresAlone.id))
    assert.deepEqual(await younger.me(), { endReason: 'unreadable' })
    assert.deepEqual(await both.me(), { userId: 'ada' }, 'the time of the last use is not sealed')
    pass(2 * HOUR - 1)
    assert.deepEqual(await both.me(), { userId: 'ada' })
    pass(1)
    assert.deepEqual(await both.me(), { endReason: 'absolute' })
  })
})
