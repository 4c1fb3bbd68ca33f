import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import Fastify from 'fastify'
import { openDatabase } from '../../../src/database/open.ts'
import { type Duration, type StoredSessionOptions, storedSession } from '../../../src/index.ts'
import { databases, type TestDatabase } from '../../harness/databases.ts'
import { createSqliteDatabase } from '../../harness/sqlite-database.ts'
import { openApp } from '../../support/app.ts'
import { logTo } from '../../support/log-lines.ts'
import { storedRow } from '../../support/rows.ts'
import { destroy, newSession, save } from '../../support/sessions.ts'
import { newId, secret, storesOn } from '../../support/stores.ts'
import { until } from '../../support/until.ts'
import { addDueRows, countRows } from '../../trimming/due-rows.ts'

const target = databases[0]!
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

describe('when rows may be deleted', () => {
  const suite = storesOn(target, { trim: { interval: false, grace: '3h' }, idleTimeout: '2h' })
  afterEach(() => mock.timers.reset())

  test('is when their grace is over, for sessions and tombstones alike', async () => {
    const hour = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS
    mock.timers.enable({ apis: ['Date'], now: hour })
    const [idle, ended] = [newId(), newId()]
    for (const id of [idle, ended]) await save(suite.store, id, newSession())
    await destroy(suite.store, ended)
    assert.equal((await storedRow(suite.database, idle)).trimAt, hour + 5 * HOUR_MS)
    assert.equal((await storedRow(suite.database, ended)).trimAt, hour + 3 * HOUR_MS)
    for (const [passed, trimmed] of [
      [3 * HOUR_MS - 1, 0],
      [3 * HOUR_MS, 1],
      [5 * HOUR_MS - 1, 0],
      [5 * HOUR_MS, 1],
    ] as const) {
      mock.timers.setTime(hour + passed)
      assert.equal((await suite.store.trim()).trimmed, trimmed)
    }
  })

  test('is refused at start when requests may take as long', async () => {
    const register = async (server: object, grace: Duration) => {
      const app = Fastify(server)
      try {
        await app.register(storedSession, { database: suite.database.url, secret, trim: { grace } })
      } finally {
        await app.close()
      }
    }
    await assert.rejects(register({ requestTimeout: 60_000, handlerTimeout: 60_000 }, '2m'), {
      code: 'FST_STORED_SESSION_INVALID_OPTIONS',
      message: /trim\.grace must be longer than requests may take: .* allow 120000 ms/,
    })
    await register({ requestTimeout: 60_000, handlerTimeout: 59_999 }, '2m')
    await register({}, '1m')
  })
})

describe('trimming by the way of requests', () => {
  let database: TestDatabase
  let app: Awaited<ReturnType<typeof openApp>>
  const lines: Record<string, unknown>[] = []

  beforeEach(async () => {
    database = await target.create()
    lines.length = 0
  })
  afterEach(async () => {
    await app.close()
    await database.drop()
  })

  async function open(options: Partial<StoredSessionOptions>): Promise<void> {
    app = await openApp(database.url, { options, server: logTo((line) => void lines.push(line), 'warn') })
  }

  const addDue = (count: number) => addDueRows(database, app.storedSession.store, count)

  test('never happens with 0', async () => {
    await open({ trim: { everyRequests: 0, interval: false } })
    await addDue(2)
    for (let n = 0; n < 5; n++) await app.inject('/')
    assert.equal(await countRows(database), 2)
  })

  test('begins after the response, which does not wait for it', async () => {
    const opened = await openDatabase(target.dialect, database.url, 'stored_sessions')
    let begin = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const order: string[] = []
    let giveUp = () => {}
    // Trimming that does not end while the application is open. Its time limit would keep the process for a minute.
    const endless = {
      ...opened,
      trimAlone: () => {
        order.push('trim')
        begin()
        return new Promise<undefined>((resolve) => {
          giveUp = () => resolve(undefined)
        })
      },
    }
    app = await openApp(endless, {
      options: { trim: { everyRequests: 1, interval: false } },
      before: (app) => app.addHook('onSend', async () => void order.push('response')),
    })
    assert.equal((await app.inject('/')).statusCode, 200)
    await begun
    assert.deepEqual(order, ['response', 'trim'])
    assert.equal((await app.inject('/')).statusCode, 200)
    await app.close()
    giveUp()
    await opened.close()
  })

  test('tells the log in one line that it does not keep up', async () => {
    await open({ trim: { everyRequests: 1, interval: false, maxRows: 1 } })
    const { events } = app.storedSession.store
    for (let round = 0; round < 5; round++) {
      await addDue(3)
      const trimmed = new Promise((resolve) => events.once('trimmed', resolve))
      await app.inject('/')
      await trimmed
    }
    await until('the log has it', () => lines.length > 0)
    assert.equal(lines.length, 1)
    const [{ level, plugin, backlog, rounds }] = lines as [Record<string, unknown>]
    assert.deepEqual({ level, plugin, backlog, rounds }, { level: 40, plugin: 'stored-session', backlog: 6, rounds: 3 })
  })
})

test('without an interval no clock trims', async () => {
  // Drivers of servers wait by the clock that stands still here.
  const database = await createSqliteDatabase()
  const app = await openApp(database.url, { options: { trim: false } })
  await addDueRows(database, app.storedSession.store, 2)
  await app.close()
  mock.timers.enable({ apis: ['Date', 'setTimeout'], now: Date.now() })
  const other = await openApp(database.url, { options: { trim: { interval: false } } })
  mock.timers.tick(DAY_MS)
  assert.equal(await countRows(database), 2)
  mock.timers.reset()
  await other.close()
  await database.drop()
})
