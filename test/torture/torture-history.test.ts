import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ownable } from '../harness/databases.ts'
import { ownDatabase } from './own-database.ts'
import { killRecorder, torture } from './torture.ts'

/** Kills with each way to store events; `npm run torture` kills far more often. */
const KILLS = 3

// One after another: what is excused depends on how long requests take.
describe('killed under load with a history', () => {
  for (const name of ownable) {
    test(`${name} has the event of every acknowledged change with strict, and all but the last without`, async (t) => {
      const { database, remove } = await ownDatabase(name)
      try {
        for (const strict of [true, false]) {
          const outcome = await torture(database, Array(KILLS).fill(killRecorder), { history: { strict } })
          const { lost, revived, foreign, unexpected, unreadable, crashes, examples } = outcome
          const nothing = { lost: 0, revived: 0, foreign: 0, unexpected: 0, unreadable: 0, crashes: 0, examples: [] }
          assert.deepEqual({ lost, revived, foreign, unexpected, unreadable, crashes, examples }, nothing)
          const { changes, missing, oldestMissingMs, lostExamples } = outcome.history!
          const oldest = missing > 0 ? `, acknowledged at most ${oldestMissingMs} ms before a kill` : ''
          t.diagnostic(`strict ${strict}: ${changes} changes acknowledged, ${missing} events missing${oldest}`)
          assert.deepEqual(lostExamples, [])
          assert.ok(changes > 0 && outcome.failed > 0, 'nothing was killed under load')
        }
      } finally {
        await remove()
      }
    })
  }
})
