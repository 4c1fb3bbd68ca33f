import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { TestDatabase } from '../harness/databases.ts'
import { storedGround } from './ground.ts'
import { type HistoryResult, historySettings, runHistory } from './history.ts'

/** Fails when a history found anything, and says how to run it again. */
export function assertNoViolations({ seed, violations, firsts, examples }: HistoryResult): void {
  const nothing = Object.fromEntries(Object.keys(violations).map((kind) => [kind, 0]))
  assert.deepEqual(violations, nothing, `HISTORY_SEED=${seed} ${JSON.stringify(firsts)}\n${examples.join('\n\n')}`)
}

/** Runs a history of two processes on a database that others have used before. */
export async function runsWithoutViolations(t: TestContext, database: TestDatabase, length: number): Promise<void> {
  const { seed, operations } = historySettings(length)
  // No key ring of a history opens what other tests left.
  await database.query('DELETE FROM stored_sessions')
  const ground = await storedGround(database)
  const result = await runHistory(ground, seed, operations)
  await ground.close()
  t.diagnostic(`${operations} operations, HISTORY_SEED=${seed}`)
  assertNoViolations(result)
}
