import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, mock, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { LimitedLines } from '../../src/plugin/log.ts'
import { databases, type TestDatabase } from '../harness/databases.ts'
import { openApp } from '../support/app.ts'
import { addEndedMeanwhileRoute } from '../support/ended-meanwhile.ts'
import { type FailingDatabase, failingDatabase } from '../support/failing-database.ts'
import { logTo } from '../support/log-lines.ts'
import { handleOf, setColumn } from '../support/rows.ts'
import { userIdOf } from '../support/user-id.ts'
import { signIn, type Visitor } from '../support/visitor.ts'

const target = databases[0]!
const LEVELS: Record<number, string> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' }
const QUIET_MS = 10_000

let database: TestDatabase
let failing: FailingDatabase
let app: FastifyInstance
let ada: Visitor
let lines: Record<string, unknown>[]

const ours = () => lines.filter(({ plugin }) => plugin === 'stored-session')
const told = () => ours().map(({ level, msg }) => `${LEVELS[level as number]}: ${String(msg).split(/[,;]/)[0]}`)

before(async () => {
  database = await target.create()
  await (await openApp(database.url)).close()
})
beforeEach(async () => {
  lines = []
  failing = await failingDatabase(database)
  app = await openApp(failing.database, {
    server: logTo((line) => void lines.push(line)),
    options: { migrate: false, user: userIdOf },
    routes: addEndedMeanwhileRoute,
  })
  ada = await signIn(app)
})
afterEach(async () => {
  mock.timers.reset()
  await app.close()
  await failing.close()
})
after(() => database.drop())

test('an ordinary visit leaves no line', async () => {
  await ada.me()
  await ada.post('/change', { n: 1 })
  await ada.post('/logout')
  await ada.me()
  assert.deepEqual(told(), [])
})

test('what operators need not act on is for debugging', async () => {
  await Promise.all([1, 2].map((n) => ada.post('/change', { n })))
  await ada.post('/ended-meanwhile', { n: 1 })
  assert.deepEqual(told(), [
    'debug: two requests changed the same keys of a session',
    'debug: changes of a session were dropped',
  ])
})

test('trimming tells when it trimmed, and how much, and nothing otherwise', async () => {
  await setColumn(database, ada.id, 'trim_at', 0)
  await app.storedSession.trim()
  await app.storedSession.trim()
  assert.deepEqual(told(), ['info: trimmed expired and ended sessions'])
  assert.equal(ours()[0]!.trimmed, 1)
})

test('the end of all sessions of a user is told, by its number', async () => {
  await app.storedSession.revoke({ user: 'nobody' })
  const { revoked } = await app.storedSession.revoke({ user: 'ada' })
  assert.deepEqual(told(), ['info: revoked sessions'])
  assert.equal(ours()[0]!.sessions, revoked)
})

test('an unreadable session is a warning with its sid and reason, once in a while for each', async () => {
  const grace = await signIn(app)
  for (const { id } of [ada, grace]) await setColumn(database, id, 'data', Buffer.from('damaged'))
  for (const visitor of [ada, ada, grace]) await visitor.me()
  assert.deepEqual(
    ours().map(({ level, sid, reason }) => [LEVELS[level as number], sid, reason]),
    [ada, grace].map(({ id }) => ['warn', handleOf(id), 'malformed']),
  )
})

test('a fault that repeats is one error, and then one in ten seconds with the number that was left out', async () => {
  mock.timers.enable({ apis: ['Date'], now: Date.now() })
  failing.failing.add('read')
  for (let request = 0; request < 5; request++) await ada.me()
  assert.deepEqual(told(), ['error: a session could not be used'])
  const [first] = ours() as { err?: { code?: string }; operation?: string; leftOut?: number }[]
  assert.deepEqual(
    [first!.err!.code, first!.operation, first!.leftOut],
    ['FST_STORED_SESSION_UNAVAILABLE', 'read', undefined],
  )
  mock.timers.setTime(Date.now() + QUIET_MS)
  await ada.me()
  assert.deepEqual(
    ours().map(({ leftOut }) => leftOut),
    [undefined, 4],
  )
})

test('what was left out last is told when the application closes', async () => {
  failing.failing.add('read')
  for (let request = 0; request < 3; request++) await ada.me()
  await app.close()
  assert.deepEqual(
    ours().map(({ leftOut }) => leftOut),
    [undefined, 2],
  )
})

test('of more kinds of lines than are remembered the oldest is told and forgotten', () => {
  const written: object[] = []
  const limited = new LimitedLines((_level, fields) => written.push(fields))
  limited.warn('first', { kind: 'first' }, '')
  limited.warn('first', { kind: 'first' }, '')
  for (let kind = 0; kind < 1_000; kind++) limited.warn(`${kind}`, { kind }, '')
  assert.deepEqual([written.length, written[0], written[1_000]], [1_002, { kind: 'first' }, { leftOut: 1 }])
  limited.flush()
  assert.equal(written.length, 1_002)
})
