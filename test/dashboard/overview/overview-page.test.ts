import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { staticKeys } from '../../../src/index.ts'
import { forEachDatabase } from '../../harness/databases.ts'
import { namedKey } from '../../keys/named-key.ts'
import { appSuite } from '../../support/app-suite.ts'
import { until } from '../../support/until.ts'
import { dashboardRoutes, Operator, signIn, withEverything } from '../dashboard-app.ts'

/** The page when all of it is counted. */
async function overviewOf(app: FastifyInstance): Promise<string> {
  const operator = new Operator(app)
  let body = ''
  await until('the overview is counted', async () => {
    body = (await operator.show()).body
    return !/Being counted|…<\/span>|not read yet/.test(body)
  })
  return body
}

/** The large numbers by their names. */
const figuresOf = (body: string) =>
  Object.fromEntries(
    [...body.matchAll(/class="name">([^<]+)<\/span> <span class="value">([^<]+)</g)].map((one) => one.slice(1)),
  )

/** A part of a chart by its name in the legend. */
const legendOf = (body: string) =>
  Object.fromEntries([...body.matchAll(/<\/svg>([^<]+) <strong>([\d,]+)</g)].map((one) => [one[1], Number(one[2])]))

/** Signs in four users: one signs out, one is signed out by an operator. */
async function visitAll(app: FastifyInstance): Promise<void> {
  const [ada] = [await signIn(app, 'ada'), await signIn(app, 'bob'), await signIn(app, 'eve'), await signIn(app, 'lea')]
  await ada!.browser.post('/logout')
  await app.storedSession.revoke({ user: 'bob', actor: 'grace' })
}

forEachDatabase((target) => {
  describe('the overview', () => {
    const suite = appSuite(target)

    test('shows what happened in all processes, from the history, and says so', async () => {
      const [one, other] = [
        await suite.open({ options: withEverything, routes: dashboardRoutes() }),
        await suite.open({ options: withEverything, routes: dashboardRoutes() }),
      ]
      await visitAll(one)
      await one.storedSession.flush()
      const body = await overviewOf(other)
      assert.match(body, /come from the history/)
      const figures = figuresOf(body)
      assert.deepEqual(
        [figures['Signed in now'], figures['New sessions'], figures.Ended, figures.Faults],
        ['2', '4', '2', '0'],
      )
      assert.deepEqual(legendOf(body), { 'New sessions': 4, 'Signed out or replaced': 1, Revoked: 1 })
      assert.match(body, /<p class="verdict notice">No problems found\.</)
      const table = body.slice(body.indexOf('id="ends-numbers"'))
      assert.match(table, /<td class="number">1<\/td><td class="number">1<\/td>/, 'the numbers are readable')
      await one.storedSession.revoke({ all: true })
    })

    test('counts by itself without a history, and says since when', async () => {
      const { history: _, ...options } = withEverything
      const app = await suite.open({ options: { ...options, maxPerUser: 2 }, routes: dashboardRoutes() })
      await visitAll(app)
      for (let n = 0; n < 3; n++) await signIn(app, 'tim')
      const body = await overviewOf(app)
      assert.match(body, /those of this process since it started <time datetime/)
      assert.match(body, /The option <code>history<\/code> counts/)
      const figures = figuresOf(body)
      assert.deepEqual([figures['New sessions'], figures.Ended], ['7', '3'])
      assert.deepEqual(legendOf(body), {
        'New sessions': 7,
        'Signed out or replaced': 1,
        Revoked: 1,
        'Too many of one user': 1,
      })
      for (const name of ['read', 'write'])
        assert.equal(app.storedSession.store.events.listenerCount(name as 'read'), 0)
      await app.storedSession.revoke({ all: true })
    })

    test('says first what is wrong, with a link to its remedy, until it is right', async () => {
      const app = await suite.open({ options: withEverything, routes: dashboardRoutes() })
      const { events } = app.storedSession.store
      await overviewOf(app)
      const error = new Error('the connection broke at 10.0.0.7')
      events.emit('fault', { operation: 'read', error })
      events.emit('backlog', { backlog: 8_123, rounds: 4 })
      events.emit('unreadable', { sid: `2::${'0'.repeat(64)}`, reason: 'tampered' as never })
      events.emit('historyDropped', { events: 3 })
      events.emit('keyAge', { days: 400 })
      const body = await overviewOf(app)
      for (const sentence of [
        /1 request of this process got the status 503 since \d\d:00 UTC/,
        /Trimming does not keep up: 8,123 rows are left, and each of 4 rounds left more.*housekeeping/,
        /1 time since \d\d:00 UTC a stored session could not be decrypted/,
        /3 events of the history were lost/,
        /The key that seals sessions is 400 days old/,
      ]) {
        assert.match(body, sentence)
      }
      assert.doesNotMatch(body, /10\.0\.0\.7|No problems/)
      assert.equal(legendOf(body)['Reading a session'], 1)
      const round = { trimmed: 5, batches: 1, complete: true, stopped: 'done', durationMs: 3, backlog: 0 } as const
      events.emit('trimmed', round)
      const better = await overviewOf(app)
      assert.doesNotMatch(better, /does not keep up/)
      assert.match(better, /keeps up.*5 rows deleted, nothing left/s)
    })

    test('marks the oldest key', async () => {
      const app = await suite.open({
        options: {
          ...withEverything,
          keys: staticKeys([
            { ...namedKey('spring'), since: new Date('2026-03-01') },
            { ...namedKey('winter'), since: new Date('2025-12-01') },
            { ...namedKey('new year'), since: new Date('2026-01-01') },
          ]),
        },
        routes: dashboardRoutes(),
      })
      const rows = (await overviewOf(app)).split('<tr>').filter((row) => /winter|spring|new year/.test(row))
      assert.deepEqual(
        rows.map((row) => [/winter|spring|new year/.exec(row)![0], row.includes('>oldest<')]),
        [
          ['spring', false],
          ['winter', true],
          ['new year', false],
        ],
      )
      assert.match(rows[1]!, /2025-12-01/)
    })

    test('says that the database is away, and waits for nothing', async () => {
      const app = await suite.open({ options: withEverything, routes: dashboardRoutes() })
      await app.storedSession.store.close()
      assert.equal((await new Operator(app).show()).statusCode, 200)
      const away = await overviewOf(app)
      assert.match(away, /verdict notice bad">The database or the key provider does not answer/)
      assert.match(away, /<span class="state bad">fault</)
      assert.equal(away.match(/Not counted yet\./g)?.length, 2, 'nothing counted is not none')
    })
  })
})
