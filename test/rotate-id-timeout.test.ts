import assert from 'node:assert/strict'
import { after, before, mock, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { openDatabase } from '../src/database/open.ts'
import type { SessionDatabase } from '../src/database/session-database.ts'
import { openApp } from './app.ts'
import { forEachDatabase, type TestDatabase } from './harness/databases.ts'
import { storedRow } from './rows.ts'
import { signIn } from './visitor.ts'

const TIMEOUT_MS = 1_000
const OVERLAP_MS = 60_000

forEachDatabase((target) => {
  let database: TestDatabase
  let opened: SessionDatabase
  let app: FastifyInstance
  let answer = Promise.resolve()
  let release: () => void

  before(async () => {
    mock.timers.enable({ apis: ['Date'], now: Date.now() })
    database = await target.create()
    opened = await openDatabase(target.dialect, database.url, 'stored_sessions')
    const slow: SessionDatabase = {
      ...opened,
      // Slow enough that the time of the whole operation is up before that of the last statement.
      async insert(row) {
        await sleep(50)
        return opened.insert(row)
      },
      async replace(replacement) {
        const isReplaced = await opened.replace(replacement)
        await answer
        return isReplaced
      },
    }
    app = await openApp(slow, {
      options: { operationTimeout: TIMEOUT_MS, rotationOverlap: OVERLAP_MS },
      routes(app) {
        app.post('/rotate', async (request) => ({ rotated: await app.storedSession.rotateId(request) }))
      },
    })
  })
  after(async () => {
    release?.()
    mock.timers.reset()
    await app.close()
    await opened.close()
    await database.drop()
  })

  test('a rotation whose answer comes after operationTimeout is a 503, and the old id reads for the overlap alone', async () => {
    const visitor = await signIn(app)
    answer = new Promise((resolve) => {
      release = resolve
    })
    const response = await visitor.post('/rotate')
    assert.deepEqual([response.statusCode, response.headers['set-cookie']], [503, undefined])
    assert.equal((await storedRow(database, visitor.id)).endReason, 'rotated')
    assert.deepEqual(await visitor.me(), { userId: 'ada' })
    mock.timers.setTime(Date.now() + OVERLAP_MS)
    assert.deepEqual(await visitor.me(), { endReason: 'rotated' })
  })
})
