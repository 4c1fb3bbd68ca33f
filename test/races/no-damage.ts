import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { TestDatabase } from '../harness/databases.ts'
import { racePair } from './race.ts'
import { storedArena } from './stored-arena.ts'

/** Races a save in one process against each of these operations in another, in every order of their statements. */
export async function assertNoDamage(t: TestContext, database: TestDatabase, others: string[]): Promise<void> {
  const arena = await storedArena(database, 2)
  let interleavings = 0
  for (const other of others) {
    const { example, ...result } = await racePair(arena, 'live', 'save loaded', other)
    interleavings += result.interleavings
    assert.deepEqual([result.resurrections, result.lostSaves, result.errors], [0, 0, 0], `${other}: ${example}`)
  }
  await arena.close()
  t.diagnostic(`${interleavings} interleavings`)
}
