import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { StoredSessionStore, type StoreOptions } from '../../../src/index.ts'
import type { TestDatabase } from '../../harness/databases.ts'
import { createSqliteDatabase } from '../../harness/sqlite-database.ts'
import { openApp } from '../../support/app.ts'
import { allRows } from '../../support/rows.ts'
import { runScript } from '../../support/script.ts'
import { newSession, save } from '../../support/sessions.ts'
import { newId, secret } from '../../support/stores.ts'
import { until } from '../../support/until.ts'
import { deedOf } from './trim-result.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

describe('trimming in the background', () => {
  let database: TestDatabase
  let store: StoredSessionStore
  let app: FastifyInstance | undefined
  let hold: NodeJS.Timeout

  beforeEach(async () => {
    // Drivers of servers wait by the clock that stands still here.
    database = await createSqliteDatabase()
    // Connections keep no process alive, and timeouts of a clock that stands still do not either.
    hold = setInterval(() => {}, 1_000)
    mock.timers.enable({ apis: ['Date', 'setTimeout'], now: 1_732_104_000_000 })
  })
  afterEach(async () => {
    clearInterval(hold)
    mock.timers.reset()
    await store?.close()
    await app?.close()
    app = undefined
    await database.drop()
  })

  async function open(options: Partial<StoreOptions> = {}): Promise<void> {
    store = new StoredSessionStore({ database: database.url, secret, migrate: true, ...options })
    await store.ready()
  }

  /** Rows of sessions that are over since long ago. */
  async function saveOld(count: number): Promise<void> {
    const old = new StoredSessionStore({ database: database.url, secret, migrate: true, trim: false, idleTimeout: 1 })
    await save(old, newId(), newSession())
    for (let n = 1; n < count; n += 1) await save(old, newId(), newSession())
    await old.close()
    await database.query(`UPDATE stored_sessions SET trim_at = ${Date.now() - DAY}`)
  }

  const countRows = async () => (await allRows(database)).length
  const isEmpty = async () => (await countRows()) === 0

  const lateTick = async () => {
    mock.timers.tick(18 * MINUTE)
    return isEmpty()
  }

  test('happens every quarter of an hour, give or take a fifth', async () => {
    await saveOld(2)
    await open()
    mock.timers.tick(12 * MINUTE - 1)
    assert.equal(await countRows(), 2)
    mock.timers.tick(6 * MINUTE + 1)
    await until('the rows are gone', isEmpty)
    await saveOld(3)
    await until('the next rows are gone', lateTick)
  })

  test('tells of a failure and is tried again', async () => {
    await open()
    await saveOld(2)
    await database.query('ALTER TABLE stored_sessions RENAME TO elsewhere')
    const failures: unknown[] = []
    store.events.on('backgroundError', ({ work, error }) => failures.push(work, (error as { code?: string }).code))
    mock.timers.tick(18 * MINUTE)
    await until('it has failed', () => failures.length > 0)
    assert.deepEqual(failures, ['trim', 'FST_STORED_SESSION_UNAVAILABLE'])
    await database.query('ALTER TABLE elsewhere RENAME TO stored_sessions')
    await until('the rows are gone', lateTick)
  })

  test('does not happen with trim: false, unless asked', async () => {
    await saveOld(2)
    await open({ trim: false })
    mock.timers.tick(DAY)
    assert.equal(await countRows(), 2)
    assert.deepEqual(deedOf(await store.trim()), { trimmed: 2, batches: 1, complete: true })
  })

  test('takes the interval and the batch size that it is given', async () => {
    await saveOld(5)
    await open({ trim: { interval: '10s', batchSize: 2 } })
    mock.timers.tick(12_000)
    await until('the rows are gone', isEmpty)
  })

  test('ends with the store', async () => {
    await open()
    await saveOld(2)
    await store.close()
    mock.timers.tick(DAY)
    assert.equal(await countRows(), 2)
  })

  test('with a very long interval does not run without a pause', async () => {
    await saveOld(2)
    const options = { database: database.url, secret, trim: { interval: '365d' } }
    const { errors, code } = await runScript(`
      import { StoredSessionStore } from './src/index.ts'
      const store = new StoredSessionStore(${JSON.stringify(options)})
      await store.ready()
      await store.close()
    `)
    assert.deepEqual({ errors, code }, { errors: '', code: 0 })
    assert.equal(await countRows(), 2)
  })

  test('happens once in so many requests where that is asked for', async () => {
    await saveOld(2)
    app = await openApp(database.url, { options: { trim: { everyRequests: 3 } } })
    for (const left of [2, 2]) {
      await app.inject('/')
      assert.equal(await countRows(), left)
    }
    await app.inject('/no/such/page')
    await until('the rows are gone', isEmpty)
  })

  test('is what trim() of the application does at once', async () => {
    await saveOld(2)
    app = await openApp(database.url)
    assert.deepEqual(deedOf(await app.storedSession.trim()), { trimmed: 2, batches: 1, complete: true })
    assert.deepEqual(deedOf(await app.storedSession.trim({ batchSize: 7 })), { trimmed: 0, batches: 1, complete: true })
  })
})
