import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { SessionDatabase } from '../../src/database/contract/session-database.ts'
import { openDatabase } from '../../src/database/open.ts'
import { StoredSessionStore } from '../../src/index.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { naiveStore } from './naive-store.ts'
import { operations } from './operations.ts'
import { protocolOf, scheduledProtocol } from './protocol.ts'
import { type Arena, type PairResult, racePair, type Start } from './race.ts'
import type { Scheduler } from './scheduler.ts'
import { secret, storedArena } from './stored-arena.ts'

const names = Object.keys(operations)
const pairs = names.flatMap((first, index) => names.slice(index).map((second) => [first, second] as const))

forEachDatabase((target) => {
  let database: TestDatabase
  before(async () => {
    database = await target.create()
    const store = new StoredSessionStore({ database: database.url, secret, migrate: true, trim: false })
    await store.ready()
    await store.close()
  })
  after(() => database.drop())

  test('the same harness finds resurrections and lost saves in a store that upserts and deletes', async (t) => {
    const opened = await openDatabase(database.dialect, database.url, 'stored_sessions')
    const arena = naiveArena(opened)
    const logout = await racePair(arena, 'live', 'save loaded', 'destroy')
    const saves = await racePair(arena, 'live', 'save loaded', 'save loaded')
    await opened.close()
    t.diagnostic(`${logout.resurrections} resurrections in ${logout.interleavings} interleavings, ${logout.example}`)
    t.diagnostic(`${saves.lostSaves} lost saves in ${saves.interleavings} interleavings, ${saves.example}`)
    assert.ok(logout.resurrections > 0)
    assert.ok(saves.lostSaves > 0)
  })

  for (const processes of [1, 2] as const) {
    test(`no interleaving of two operations in ${processes} process(es) revives a session or loses a save`, async (t) => {
      const arena = await storedArena(database, processes)
      let interleavings = 0
      const damaged: [string, PairResult][] = []
      for (const start of ['live', 'absent', 'ended'] satisfies Start[]) {
        for (const [first, second] of pairs) {
          const result = await racePair(arena, start, first, second)
          interleavings += result.interleavings
          if (result.resurrections + result.lostSaves + result.errors > 0)
            damaged.push([`${start}: ${first} with ${second}`, result])
        }
      }
      await arena.close()
      t.diagnostic(`${interleavings} interleavings of ${pairs.length} pairs`)
      assert.deepEqual(damaged, [])
    })
  }
})

function naiveArena(database: SessionDatabase): Arena {
  let current: Scheduler | undefined
  const protocol = scheduledProtocol(protocolOf(naiveStore(database)), () => current)
  return {
    protocols: [protocol, protocol],
    revoke: async () => {},
    trim: async () => {},
    schedule: (scheduler) => {
      current = scheduler
    },
  }
}
