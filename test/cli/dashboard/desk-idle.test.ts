import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, mock, test } from 'node:test'
import { type Desk, deskOf } from '../../../src/cli/dashboard/desk.ts'
import { IdleClock } from '../../../src/cli/dashboard/idle-clock.ts'
import { OneTimeAddress } from '../../../src/cli/dashboard/one-time-address.ts'
import { StoredSessionStore } from '../../../src/index.ts'
import { secret } from '../../support/stores.ts'

const HOUR = 3_600_000

describe('a desk that nobody uses', () => {
  let store: StoredSessionStore
  let desk: Desk
  let cookie: string
  let hasEnded: boolean

  before(async () => {
    store = new StoredSessionStore({ database: 'sqlite::memory:', secret, migrate: true, trim: false })
    await store.ready()
    // What the store and Fastify time has begun by now, or is no timeout.
    mock.timers.enable({ apis: ['setTimeout'] })
  })
  after(async () => {
    mock.timers.reset()
    await store.close()
  })

  beforeEach(async () => {
    const entrance = new OneTimeAddress()
    desk = deskOf({ store, entrance, actor: 'ada', idleMs: HOUR, onError: (error) => assert.ifError(error) })
    hasEnded = false
    void desk.idle.then(() => {
      hasEnded = true
    })
    const entered = await get(entrance.start)
    cookie = String(entered.headers['set-cookie']).split(';')[0]!
  })

  const get = (url: string, headers: Record<string, string> = {}) =>
    desk.app.inject({ url, headers: { host: '127.0.0.1:4747', ...(cookie && { cookie }), ...headers } })

  async function pass(ms: number): Promise<boolean> {
    mock.timers.tick(ms)
    await Promise.resolve()
    await Promise.resolve()
    return hasEnded
  }

  test('ends after an hour', async () => {
    assert.equal(await pass(HOUR - 1), false)
    assert.equal(await pass(1), true)
    await desk.app.close()
  })

  test('waits again with every use, and not with what pages load by themselves or strangers ask', async () => {
    assert.equal(await pass(HOUR - 1), false)
    assert.equal((await get('/sessions')).statusCode, 200)
    assert.equal(await pass(HOUR - 1), false)
    assert.equal((await get('/sessions', { 'sec-fetch-dest': 'empty' })).statusCode, 200)
    assert.equal((await get('/sessions', { cookie: 'none=1' })).statusCode, 403)
    assert.equal(await pass(1), true)
    await desk.app.close()
  })

  test('waits another hour while work is running', async () => {
    let isBusy = true
    const clock = new IdleClock(HOUR, () => isBusy)
    let isOver = false
    void clock.over.then(() => {
      isOver = true
    })
    await pass(HOUR)
    assert.equal(isOver, false)
    isBusy = false
    await pass(HOUR)
    assert.equal(isOver, true)
    await desk.app.close()
  })
})

test('errors of requests reach the terminal, and not the page', async () => {
  const errors: Error[] = []
  const store = new StoredSessionStore({ database: 'sqlite::memory:', secret, migrate: true, trim: false })
  await store.close()
  const entrance = new OneTimeAddress()
  const onError = (error: Error) => void errors.push(error)
  const { app } = deskOf({ store, entrance, actor: 'ada', idleMs: HOUR, onError })
  const headers = { host: 'localhost' }
  const entered = await app.inject({ url: entrance.start, headers })
  const cookie = String(entered.headers['set-cookie']).split(';')[0]!
  const page = await app.inject({ url: '/sessions', headers: { ...headers, cookie } })
  assert.equal(page.statusCode, 503)
  assert.deepEqual(errors.map(({ message }) => message).length, 1)
  assert.ok(!page.body.includes('closed'))
  await app.close()
})
