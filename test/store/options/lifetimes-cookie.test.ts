import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoredSessionOptions } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { addRememberRoute, Browser, cookieLines } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { storedRow } from '../../support/rows.ts'
import { until } from '../../support/until.ts'
import { signIn } from '../../support/visitor.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A date as a cookie has it. */
const inSeconds = (time: number) => Math.floor(time / 1000) * 1000
const expiresOf = (line: string | undefined) => Date.parse(/Expires=([^;]+)/.exec(line ?? '')?.[1] ?? '')

forEachDatabase((target) => {
  const suite = appSuite(target, { now: 1_732_100_000_000 })
  const { pass } = suite

  const open = (options: Partial<StoredSessionOptions> = {}) => suite.open({ options, routes: addRememberRoute })

  const touched = (id: string) =>
    until('the use is stored', async () => (await storedRow(suite.database, id)).touchedAt === Date.now())

  test('a maxAge of its own lets a session live longer than the idle timeout, and slide', async () => {
    const visitor = await signIn(await open({ idleTimeout: '1h' }))
    const remembered = await visitor.post('/remember', { maxAge: 7 * DAY })
    assert.equal(expiresOf(cookieLines(remembered)[0]), inSeconds(Date.now() + 7 * DAY))
    for (let visit = 0; visit < 4; visit += 1) {
      pass(7 * DAY - 1)
      assert.deepEqual(await visitor.me(), { userId: 'ada' })
      await touched(visitor.id)
    }
    pass(7 * DAY)
    assert.equal((await visitor.me()).userId, undefined)
  })

  test('a maxAge of its own lets a session live shorter than the idle timeout, and slide', async () => {
    const visitor = await signIn(await open({ idleTimeout: '10h' }))
    await visitor.post('/remember', { maxAge: 10 * MINUTE })
    for (let visit = 0; visit < 4; visit += 1) {
      pass(10 * MINUTE - 1)
      assert.deepEqual(await visitor.me(), { userId: 'ada' })
      await touched(visitor.id)
    }
    pass(10 * MINUTE)
    assert.deepEqual(await visitor.me(), { endReason: 'idle' })
  })

  test('a maxAge shorter than the touch interval still slides', async () => {
    const visitor = await signIn(await open({ touchInterval: '1m' }))
    await visitor.post('/remember', { maxAge: 20_000 })
    for (let visit = 0; visit < 4; visit += 1) {
      pass(19_999)
      assert.deepEqual(await visitor.me(), { userId: 'ada' })
      await touched(visitor.id)
    }
    pass(20_000)
    assert.deepEqual(await visitor.me(), { endReason: 'idle' })
  })

  test('a date of its own ends a session then, however it is used, later or earlier than the idle timeout', async () => {
    const app = await open({ idleTimeout: '1h' })
    for (const life of [3 * DAY, 10 * MINUTE]) {
      const visitor = await signIn(app)
      const end = Date.now() + life
      const remembered = await visitor.post('/remember', { expires: end })
      assert.equal(expiresOf(cookieLines(remembered)[0]), inSeconds(end))
      pass(life / 2)
      assert.deepEqual(await visitor.me(), { userId: 'ada' })
      pass(life / 2 - 1)
      const change = await visitor.post('/change', { n: 1 })
      assert.equal(expiresOf(cookieLines(change)[0]), inSeconds(end))
      assert.deepEqual(await visitor.me(), { userId: 'ada', n: 1 })
      pass(1)
      assert.deepEqual(await visitor.me(), { endReason: 'idle' })
    }
  })

  test('neither a maxAge nor a date outlives the absolute timeout', async () => {
    const app = await open({ idleTimeout: '1h', absoluteTimeout: '2h' })
    const visitors = [await signIn(app), await signIn(app)]
    await visitors[0]!.post('/remember', { maxAge: 7 * DAY })
    await visitors[1]!.post('/remember', { expires: Date.now() + 7 * DAY })
    pass(2 * HOUR - 1)
    for (const visitor of visitors) assert.deepEqual(await visitor.me(), { userId: 'ada' })
    pass(1)
    for (const visitor of visitors) assert.deepEqual(await visitor.me(), { endReason: 'absolute' })
  })

  test('a maxAge that is set again takes the place of a date, and the other way round', async () => {
    const visitor = await signIn(await open({ idleTimeout: '1h' }))
    await visitor.post('/remember', { expires: Date.now() + 3 * DAY })
    await visitor.post('/remember', { maxAge: 10 * MINUTE })
    pass(10 * MINUTE - 1)
    assert.deepEqual(await visitor.me(), { userId: 'ada' })
    await touched(visitor.id)
    const end = Date.now() + 5 * MINUTE
    await visitor.post('/remember', { expires: end })
    pass(5 * MINUTE)
    assert.deepEqual(await visitor.me(), { endReason: 'idle' })
  })

  test('a configured maxAge is the idle timeout of every session, and its cookie slides along', async () => {
    const browser = new Browser(await open({ idleTimeout: '1h', cookie: { secure: false, maxAge: 3 * HOUR } }))
    const { id } = (await browser.post('/login')).json()
    for (let visit = 0; visit < 4; visit += 1) {
      pass(3 * HOUR - 1_000)
      const me = await browser.get('/me')
      assert.deepEqual(me.json(), { userId: 'ada' })
      assert.equal(expiresOf(cookieLines(me)[0]), inSeconds(Date.now() + 3 * HOUR))
      await touched(id)
    }
    pass(3 * HOUR)
    assert.deepEqual(browser.cookies(), {})
  })

  test('fractions, zero and the past are no trouble', async () => {
    const app = await open({ idleTimeout: '1h' })
    const visitors = await Promise.all([signIn(app), signIn(app), signIn(app)])
    const [fraction, zero, past] = visitors
    assert.equal((await fraction.post('/remember', { maxAge: 10_000.5 })).statusCode, 200)
    assert.equal((await zero.post('/remember', { maxAge: 0 })).statusCode, 200)
    assert.equal((await past.post('/remember', { expires: Date.now() - DAY })).statusCode, 200)
    assert.deepEqual(await fraction.me(), { userId: 'ada' })
    assert.deepEqual(await zero.me(), { endReason: 'idle' })
    assert.deepEqual(await past.me(), { endReason: 'idle' })
    pass(10_001)
    assert.deepEqual(await fraction.me(), { endReason: 'idle' })
  })
})
