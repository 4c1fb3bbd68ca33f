import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { staticKeys } from '../../../src/index.ts'
import { databases, forEachDatabase } from '../../harness/databases.ts'
import { appSuite } from '../../support/app-suite.ts'
import { secret } from '../../support/stores.ts'
import { dashboardRoutes, Operator, signIn, withEverything } from '../dashboard-app.ts'
import { endedJob, startJob, textOf } from '../job-pages/jobs-on-pages.ts'

const work = async (operator: Operator, path: string, fields: Record<string, string> = {}) =>
  endedJob(operator, await startJob(operator, path, fields, '/housekeeping'))

forEachDatabase((database) => {
  describe('housekeeping', () => {
    const suite = appSuite(database)
    let app: FastifyInstance
    let operator: Operator

    before(async () => {
      app = await suite.open({ options: withEverything, routes: dashboardRoutes() })
      operator = new Operator(app)
    })

    test('says what waits and that trimming keeps up, and shows no more than twenty rounds', async () => {
      await signIn(app, 'ada')
      const { handle } = await signIn(app, 'ada')
      await app.storedSession.revoke({ handle })
      await suite.database.query('UPDATE stored_sessions SET trim_at = 1 WHERE ended_at IS NOT NULL')
      const before = await operator.show('/housekeeping')
      assert.match(textOf(before.body), /1 row waits to be deleted, and this process has no timer/)
      assert.match(textOf(before.body), /Rows waiting to be deleted 1 .* No round has ended in this process/)
      const result = await work(operator, '/housekeeping/trim')
      assert.match(textOf(result), /1 row deleted .* Left 0 .* all done/)
      const after = textOf((await operator.show('/housekeeping')).body)
      assert.match(after, /Trimming keeps up: no row waits/)
      assert.match(after, /Why it ended now 1 0 0 .* all done/)
      const { events } = await app.storedSession.history({ kind: 'trimmed' })
      assert.deepEqual([events[0]?.actor, events[0]?.sessions], ['grace', 1])
      for (let round = 1; round <= 22; round++) await app.storedSession.trim()
      const { body } = await operator.show('/housekeeping')
      assert.equal(body.match(/data-label="Why it ended"/g)?.length, 20)
    })

    test('asks the doctor, who knows the options of the application and tells no secret', async () => {
      const body = await work(operator, '/housekeeping/doctor')
      const text = textOf(body)
      assert.match(text, /cookie cookie\.secure is off/)
      assert.match(text, /the options in the application are valid/)
      for (const check of ['connection', 'schema', 'writing', 'storing', 'keys', 'backlog']) {
        assert.match(text, new RegExp(`ok ${check} `))
      }
      assert.ok(!body.includes(secret))
    })

    test('seals rows with the current key, by the operator, and counts what each key has sealed', async () => {
      const newer = 'another secret of the application, also long enough'
      const suiteApp = await suite.open({
        options: { ...withEverything, secret: [newer, secret] },
        routes: dashboardRoutes(),
      })
      const there = new Operator(suiteApp)
      await signIn(app, 'bob')
      const counted = textOf(await work(there, '/housekeeping/keys'))
      const [, used] = /opens only not known (\d+) \d+/.exec(counted) ?? []
      assert.ok(Number(used) >= 2, counted)
      const result = textOf(await work(there, '/housekeeping/reencrypt', { rate: '10000' }))
      assert.match(result, /[1-9]\d* rows sealed again Left under other keys 0 No row needs another key/)
      assert.match(textOf(await work(there, '/housekeeping/keys')), /opens only not known 0 0/)
      const { events } = await suiteApp.storedSession.history({ kind: 'keys' })
      assert.equal(events[0]?.actor, 'grace')
    })
  })
})

describe('housekeeping shows', () => {
  const suite = appSuite(databases[0]!)
  const day = 86_400_000
  const key = (id: string, days: number) => ({ id, key: randomBytes(32), since: Date.now() - days * day })

  test('how old each key is, and which is the oldest', async () => {
    const keys = staticKeys([key('spring', 10), key('autumn', 200), key('winter', 100)])
    const app = await suite.open({ options: { ...withEverything, keys }, routes: dashboardRoutes() })
    const { body } = await new Operator(app).show('/housekeeping')
    const rows = textOf(body.slice(body.indexOf('<h2>Keys</h2>') - 5).replace('', '<main'))
    assert.match(
      rows,
      /spring \d+ seals .* 10 days old autumn \d+ opens only oldest .* 200 days old winter \d+ opens only /,
    )
    assert.match(textOf(body), /Age of the current key 10 days/)
  })

  test('nothing to do to those who may only look, and no sealing where cookies open sessions', async () => {
    const app = await suite.open({ options: { ...withEverything, bindToCookie: true }, routes: dashboardRoutes() })
    const { body } = await new Operator(app).show('/housekeeping')
    assert.match(body, /\/housekeeping\/trim"/)
    assert.doesNotMatch(body, /\/housekeeping\/reencrypt"/)
    const viewer = await new Operator(app, 'vi', 'view').show('/housekeeping')
    assert.deepEqual([viewer.statusCode, viewer.body.includes('<form')], [200, false])
  })

  test('the timer of this process, and a backlog as far as it is counted', async () => {
    const app = await suite.open({
      options: { ...withEverything, trim: { interval: '20m' } },
      routes: dashboardRoutes(),
    })
    assert.match(textOf((await new Operator(app).show('/housekeeping')).body), /Rounds of this process every 20 min/)
  })
})
