import assert from 'node:assert/strict'
import { beforeEach, mock, test } from 'node:test'
import type { StoredSessionOptions } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { addRememberRoute, cookieLines } from '../../support/app.ts'
import { appSuite } from '../../support/app-suite.ts'
import { storedRow } from '../../support/rows.ts'
import { load, loaded, newSession, save, touch } from '../../support/sessions.ts'
import { newId } from '../../support/stores.ts'
import { until } from '../../support/until.ts'
import { signIn } from '../../support/visitor.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const START = 1_732_100_000_000

const LEVELS = [
  { lifetime: 'aal2', idle: HOUR, age: DAY },
  { lifetime: 'aal3', idle: 15 * MINUTE, age: 12 * HOUR },
] as const

const expiresOf = (line: string | undefined) => Date.parse(/Expires=([^;]+)/.exec(line ?? '')?.[1] ?? '')

forEachDatabase((target) => {
  const suite = appSuite(target, { now: START })
  const { pass } = suite

  // Cookies know no milliseconds.
  beforeEach(() => mock.timers.setTime(Math.ceil(Date.now() / 1000) * 1000))

  // Trimming is off: that a session is over is found out when it is read.
  const open = (options: Partial<StoredSessionOptions> = {}) => suite.open({ options, routes: addRememberRoute })

  const touched = (id: string) =>
    until('the use is stored', async () => (await storedRow(suite.database, id)).touchedAt === Date.now())

  for (const { lifetime, idle, age } of LEVELS) {
    test(`${lifetime} ends a session that is unused for its time, whatever maxAge or date its cookie was given`, async () => {
      const app = await open({ lifetime })
      const visitors = [await signIn(app), await signIn(app), await signIn(app)]
      await visitors[1]!.post('/remember', { maxAge: 30 * DAY })
      await visitors[2]!.post('/remember', { expires: Date.now() + 30 * DAY })
      pass(idle - 1)
      for (const visitor of visitors) {
        assert.deepEqual(await visitor.me(), { userId: 'ada' })
        await touched(visitor.id)
      }
      pass(idle)
      for (const visitor of visitors) assert.deepEqual(await visitor.me(), { endReason: 'idle' })
    })

    test(`${lifetime} ends a session of its age, however it is used and remembered`, async () => {
      const visitor = await signIn(await open({ lifetime }))
      const end = Date.now() + age
      while (Date.now() + idle / 2 < end) {
        pass(idle / 2)
        await visitor.post('/change', { n: Date.now() })
        await visitor.post('/remember', { maxAge: 30 * DAY })
      }
      mock.timers.setTime(end - 1)
      assert.equal((await visitor.me()).userId, 'ada')
      mock.timers.setTime(end)
      assert.deepEqual(await visitor.me(), { endReason: 'absolute' })
    })
  }

  test('no cookie is given a date beyond the end of its session', async () => {
    const visitor = await signIn(await open({ idleTimeout: '1h', absoluteTimeout: '10d' }))
    const end = Date.now() + 10 * DAY
    const dateAfter = async (body: object) => expiresOf(cookieLines(await visitor.post('/remember', body))[0])
    assert.equal(await dateAfter({ maxAge: 7 * DAY }), Date.now() + 7 * DAY)
    assert.equal(await dateAfter({ maxAge: 30 * DAY }), end)
    pass(5 * DAY)
    assert.equal(expiresOf(cookieLines(await visitor.post('/change', { n: 1 }))[0]), end)
    assert.equal(await dateAfter({ maxAge: 7 * DAY }), end)
    assert.equal(await dateAfter({ expires: Date.now() + 6 * DAY }), end)
    assert.equal(await dateAfter({ expires: Date.now() + 4 * DAY }), Date.now() + 4 * DAY)
  })

  test('a configured maxAge is capped too, also when a session that is only read has its cookie renewed', async () => {
    const options = { cookie: { secure: false, maxAge: 2 * DAY }, absoluteTimeout: '3d', touchInterval: '1h' } as const
    const app = await open(options)
    const { sessionId, id } = await signIn(app)
    const end = Date.now() + 3 * DAY
    for (const [age, expected] of [
      [DAY, end],
      [DAY, end],
    ] as const) {
      pass(age)
      const response = await app.inject({ url: '/me', cookies: { sessionId } })
      const lines = cookieLines(response)
      assert.equal(lines.length, 1)
      assert.equal(expiresOf(lines[0]), expected)
      await touched(id)
    }
  })

  test('a cookie without a date stays without one', async () => {
    const visitor = await signIn(await open({ absoluteTimeout: '1h' }))
    const [line] = cookieLines(await visitor.post('/change', { n: 1 }))
    assert.ok(line && !/Expires|Max-Age/i.test(line), line)
  })

  test('remembered and short sessions stand side by side, each with its own life', async () => {
    const app = await open({ idleTimeout: '1h', absoluteTimeout: '30d' })
    const [short, remembered] = [await signIn(app), await signIn(app)]
    await remembered.post('/remember', { maxAge: 14 * DAY })
    pass(HOUR)
    assert.deepEqual(await short.me(), { endReason: 'idle' })
    for (let visit = 0; visit < 2; visit += 1) {
      pass(13 * DAY)
      assert.deepEqual(await remembered.me(), { userId: 'ada' })
      await touched(remembered.id)
    }
    pass(4 * DAY - HOUR)
    assert.deepEqual(await remembered.me(), { endReason: 'absolute' })
  })

  test('neither saves, touches nor merges of any number of copies move the absolute end', async () => {
    const { store } = (await open({ idleTimeout: '1h', absoluteTimeout: '3h' })).storedSession
    const id = newId()
    await save(store, id, newSession({ n: 0 }))
    const end = Date.now() + 3 * HOUR
    for (let round = 1; Date.now() + 50 * MINUTE < end; round += 1) {
      pass(50 * MINUTE)
      const [one, other] = [await loaded(store, id), await loaded(store, id)]
      Object.assign(one, { n: round, cookie: { originalMaxAge: 9 * DAY, expires: new Date(Date.now() + 9 * DAY) } })
      other[`key${round}`] = round
      await touch(store, id, one)
      await Promise.all([save(store, id, one), save(store, id, other)])
      const row = await storedRow(suite.database, id)
      assert.equal(row.createdAt, end - 3 * HOUR)
      assert.ok(row.expiresAt <= end)
    }
    mock.timers.setTime(end - 1)
    assert.equal((await loaded(store, id)).key1, 1)
    mock.timers.setTime(end)
    assert.equal(await load(store, id), null)
  })
})
