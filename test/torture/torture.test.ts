import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ownable } from '../harness/databases.ts'
import { ownDatabase } from './own-database.ts'
import { killApplication, killServer, torture } from './torture.ts'

// `npm run torture` kills far more often.
describe('killed under load', { concurrency: true }, () => {
  for (const name of ownable) {
    test(`${name} loses and revives nothing, and is back at once, and the application with it`, async (t) => {
      const { database, server, remove } = await ownDatabase(name)
      try {
        const kills = server ? [killApplication, killServer(server), killApplication, killServer(server)] : []
        const outcome = await torture(database, server ? kills : Array(3).fill(killApplication))
        const { lost, revived, foreign, unexpected, unreadable, crashes, examples } = outcome
        const { acknowledged, longestRecoveryMs, longestMs } = outcome
        t.diagnostic(`${acknowledged} saves acknowledged, recovered in ${longestRecoveryMs} ms, at most`)
        const nothing = { lost: 0, revived: 0, foreign: 0, unexpected: 0, unreadable: 0, crashes: 0, examples: [] }
        assert.deepEqual({ lost, revived, foreign, unexpected, unreadable, crashes, examples }, nothing)
        assert.ok(acknowledged > 0 && outcome.failed > 0, 'nothing was killed under load')
        assert.ok(longestRecoveryMs < 2_000, `requests failed for ${longestRecoveryMs} ms`)
        assert.ok(longestMs < 10_000, `a request took ${longestMs} ms`)
      } finally {
        await remove()
      }
    })
  }
})
