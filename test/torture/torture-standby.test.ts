import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databases } from '../harness/databases.ts'
import { PostgresPair } from '../harness/postgres-pair.ts'
import { tortureStandby } from './standby.ts'

// `npm run torture:standby` fails over far more often, and of asynchronous standbys too.
if (databases.some(({ name }) => name === 'postgres')) {
  test('nothing acknowledged is lost when a primary is killed and its synchronous standby is promoted', async (t) => {
    const pair = await PostgresPair.start('synchronous')
    try {
      const outcome = await tortureStandby(pair, 2)
      const { lost, revived, foreign, unexpected, unreadable, crashes, examples } = outcome
      t.diagnostic(`${outcome.acknowledged} saves acknowledged, recovered in ${outcome.longestRecoveryMs} ms, at most`)
      const nothing = { lost: 0, revived: 0, foreign: 0, unexpected: 0, unreadable: 0, crashes: 0, examples: [] }
      assert.deepEqual({ lost, revived, foreign, unexpected, unreadable, crashes, examples }, nothing)
      assert.ok(outcome.acknowledged > 0 && outcome.failed > 0, 'nothing was killed under load')
    } finally {
      await pair.remove()
    }
  })
}
