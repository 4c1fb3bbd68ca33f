import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { type GroundOptions, naiveGround, storedGround } from './ground.ts'
import { histories } from './histories.ts'
import { historySettings, runHistory } from './history.ts'
import { assertNoViolations } from './no-violations.ts'

// `npm run history` is far longer.
const { seed, operations } = historySettings(3_000)

forEachDatabase((target) => {
  let database: TestDatabase
  before(async () => {
    database = await target.create()
  })
  after(() => database.drop())

  test('no random history of two processes loses, revives, outlives, mixes up or refuses anything', async (t) => {
    await holds(t, 'processes')
  })

  test('no random history in which processes are killed and databases do not answer does so either', async (t) => {
    await holds(t, 'faults')
  })

  for (const kind of ['oldest', 'recent'] as const) {
    test(`in no random history a user has more than maxPerUser sessions, or loses one within it, ${kind}`, async (t) => {
      await holds(t, kind)
    })
  }

  test('in no random history a user has more than maxPerUser sessions, or is refused within it', async (t) => {
    await holds(t, 'refuse')
  })

  async function holds(t: TestContext, kind: keyof ReturnType<typeof histories>): Promise<void> {
    const { share, ...options } = histories(seed)[kind]
    const length = Math.round(operations * share)
    const result = await run(options, length)
    t.diagnostic(`${length} operations on ${result.sessions} sessions, HISTORY_SEED=${seed}`)
    assertNoViolations(result)
    assert.ok(result.sessions > length / 200)
  }

  async function run(options: GroundOptions, length: number) {
    const ground = await storedGround(database, options)
    try {
      return await runHistory(ground, seed, length)
    } finally {
      await ground.close()
      await database.query('DELETE FROM stored_sessions')
    }
  }

  test('the same histories show that a store which upserts and deletes loses saves and revives sessions', async (t) => {
    const ground = await naiveGround(database)
    const { violations } = await runHistory(ground, seed, 1_000)
    await ground.close()
    assert.ok(violations['lost update'] > 0)
    t.diagnostic(`${violations['lost save']} lost saves, ${violations.revived} revivals in 1000 operations`)
    assert.ok(violations['lost save'] > 0)
    assert.ok(violations.revived > 0)
  })
})
