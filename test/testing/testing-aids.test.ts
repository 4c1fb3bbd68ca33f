import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { type StoredSessionOptions, storedSession } from '../../src/index.ts'
import { readSession, type SessionData, signIn, type TestClock, testClock } from '../../src/testing/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { appSuite } from '../support/app-suite.ts'
import { allRows } from '../support/rows.ts'
import { secret } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'

const MINUTE = 60_000

/** Content that no example of this repository declares for its sessions. */
const undeclared = (content: object) => content as SessionData

let clock: TestClock | undefined
afterEach(() => clock?.restore())

forEachDatabase((target) => {
  const suite = appSuite(target)

  const open = (options: Partial<StoredSessionOptions> = {}) => suite.open({ options })

  const me = async (app: FastifyInstance, cookie: string) =>
    (await app.inject({ url: '/me', headers: { cookie } })).json()

  test('signIn begins a session that requests find, and readSession reads it', async () => {
    const app = await open({ user: userIdOf })
    const seen = new Map([['a', new Date(1)]])
    const cookie = await signIn(app, { userId: 'ada', ...undeclared({ n: 7, seen }) })
    assert.deepEqual(await me(app, cookie), { userId: 'ada', n: 7 })
    assert.deepEqual(await readSession(app, cookie), { userId: 'ada', n: 7, seen })
    assert.deepEqual(
      (await allRows(suite.database)).map(({ userId }) => userId),
      ['ada'],
    )
    assert.deepEqual(await app.storedSession.revoke({ user: 'ada' }), { revoked: 1 })
    assert.equal(await readSession(app, cookie), undefined)
    assert.deepEqual(await me(app, cookie), { endReason: 'revoked' })
  })

  test('sessions are as the application configures them', async () => {
    const every: Partial<StoredSessionOptions>[] = [
      { cookieName: 'sid', cookiePrefix: 's:/+ ' },
      { secret: ['a newer secret of more than thirty-two characters', secret] },
      { bindToCookie: true },
      { idGenerator: (request) => `${Object.keys(request!.headers).length}${Math.random()}/+.` },
      { cookie: { secure: 'auto', maxAge: MINUTE } },
      { cookie: { secure: true, path: '/inner' } },
      { saveUninitialized: true, serializer: 'json' },
    ]
    for (const options of every) {
      const app = await open(options)
      const cookie = await signIn(app, { userId: 'ada' })
      assert.deepEqual(await readSession(app, cookie), { userId: 'ada' }, JSON.stringify(options))
      if (options.cookie?.path !== '/inner') assert.equal((await me(app, cookie)).userId, 'ada')
    }
  })

  test('readSession takes the response of an inject, and sees what requests made of the session', async () => {
    const app = await open()
    const login = await app.inject({ method: 'POST', url: '/login' })
    assert.deepEqual(await readSession(app, login), { userId: 'ada' })
    const cookie = await signIn(app)
    const headers = { cookie: `other=1; ${cookie}; more=2` }
    await app.inject({ method: 'POST', url: '/change', payload: { n: 1 }, headers })
    assert.deepEqual(await readSession(app, headers.cookie), { n: 1 })
    await app.inject({ method: 'POST', url: '/logout', headers })
    assert.equal(await readSession(app, cookie), undefined)
    const regenerated = await app.inject({ method: 'POST', url: '/login', headers: { cookie: await signIn(app) } })
    assert.deepEqual(await readSession(app, regenerated), { userId: 'ada' })
  })

  test('readSession finds nothing under cookies that name no session, and begins none', async () => {
    const app = await open()
    const rows = (await allRows(suite.database)).length
    const foreign = await signIn(await openAndKeep('another secret of more than thirty-two characters'))
    for (const cookie of ['', 'sessionId=', 'sessionId=a.b', 'sessionId=.', 'other=1', foreign]) {
      assert.equal(await readSession(app, cookie), undefined)
    }
    assert.equal(await readSession(app, await app.inject('/')), undefined)
    assert.equal((await allRows(suite.database)).length, rows + 1)
  })

  const openAndKeep = (secret: string) => open({ secret })

  test('with the clock of the tests a session ends by its timeouts, to the millisecond', async () => {
    const app = await open({ idleTimeout: '30m', absoluteTimeout: '1h' })
    clock = testClock()
    const [idle, used] = [await signIn(app, undeclared({ n: 1 })), await signIn(app, undeclared({ n: 2 }))]
    clock.advance('29m')
    assert.deepEqual(await readSession(app, used), { n: 2 })
    await app.close()
    clock.advance(MINUTE - 1)
    const later = await open({ idleTimeout: '30m', absoluteTimeout: '1h' })
    assert.deepEqual(await readSession(later, used), { n: 2 })
    clock.advance(1)
    assert.deepEqual(await me(later, idle), { endReason: 'idle' })
    assert.equal((await me(later, used)).n, 2)
    clock.advance('30m')
    assert.deepEqual(await me(later, used), { endReason: 'absolute' })
  })

  test('signIn fails where a session could not be stored', async () => {
    const app = await open()
    const data = { run: () => {} } as unknown as SessionData
    await assert.rejects(signIn(app, data), { code: 'FST_STORED_SESSION_UNSTORABLE', path: 'run' })
  })
})

describe('the aids for tests', () => {
  test('wait for an application that is not ready, and know it inside of a plugin too', async () => {
    const app = Fastify()
    app.register(storedSession, { database: 'sqlite::memory:', secret, cookie: { secure: false } })
    let inner: FastifyInstance | undefined
    app.register(async (instance) => {
      inner = instance
    })
    const cookie = await signIn(app, undeclared({ n: 1 }))
    assert.deepEqual(await readSession(inner!, cookie), { n: 1 })
    await app.close()
  })

  test('say what is missing where there is no plugin', async () => {
    const app = Fastify()
    app.register(async (instance) => {
      await instance.register(storedSession, { database: 'sqlite::memory:', secret })
    })
    for (const use of [() => signIn(app), () => readSession(app, 'sessionId=a.b')]) {
      await assert.rejects(use, /this instance of Fastify has no stored-session/)
    }
    await app.close()
  })
})

describe('the clock of the tests', () => {
  test('stands still, and moves as far as it is told', () => {
    clock = testClock(1_000)
    assert.deepEqual([Date.now(), new Date(), Date()], [1_000, new Date(1_000), new Date(1_000).toString()])
    clock.advance('1.5m')
    clock.advance(1)
    assert.equal(Date.now(), 91_001)
    assert.throws(() => clock!.advance('soon' as never), {
      code: 'FST_STORED_SESSION_INVALID_OPTIONS',
      message: /advance\(\) must be/,
    })
  })

  test('leaves everything else of Date as it is', () => {
    const real = Date
    clock = testClock()
    const date = new Date(2_026, 10, 20)
    assert.ok(date instanceof Date && date instanceof real && new real() instanceof Date)
    assert.equal(date.getTime(), new real(2_026, 10, 20).getTime())
    assert.equal(Date.UTC(2_026), real.UTC(2_026))
    class Mine extends Date {}
    assert.ok(new Mine() instanceof Mine)
  })

  test('is the only one, and leaves with the real time back', () => {
    const real = Date
    const first = testClock(0)
    assert.throws(() => testClock(), /there is a test clock already/)
    first.restore()
    first.restore()
    assert.equal(Date, real)
    clock = testClock(5)
    first.restore()
    assert.equal(Date.now(), 5)
    clock.restore()
    assert.equal(Date, real)
  })
})
