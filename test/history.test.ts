import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { forEachDatabase, type TestDatabase } from './harness/databases.ts'
import { naiveGround, storedGround } from './history/ground.ts'
import { historySettings, runHistory } from './history/history.ts'

// `npm run history` is far longer.
const { seed, operations } = historySettings(5_000)

forEachDatabase((target) => {
  let database: TestDatabase
  before(async () => {
    database = await target.create()
  })
  after(() => database.drop())

  test('no random history of two processes loses, revives, outlives, mixes up or refuses anything', async (t) => {
    const ground = await storedGround(database)
    const { sessions, violations, firsts, examples } = await runHistory(ground, seed, operations)
    await ground.close()
    t.diagnostic(`${operations} operations on ${sessions} sessions, HISTORY_SEED=${seed}`)
    const nothing = Object.fromEntries(Object.keys(violations).map((kind) => [kind, 0]))
    assert.deepEqual(violations, nothing, `HISTORY_SEED=${seed} ${JSON.stringify(firsts)}\n${examples[0]}`)
    assert.ok(sessions > operations / 200)
  })

  test('the same histories show that a store which upserts and deletes loses saves and revives sessions', async (t) => {
    const ground = await naiveGround(database)
    const { violations } = await runHistory(ground, seed, 1_000)
    await ground.close()
    t.diagnostic(`${violations['lost save']} lost saves, ${violations.revived} revivals in 1000 operations`)
    assert.ok(violations['lost save'] > 0)
    assert.ok(violations.revived > 0)
  })
})
