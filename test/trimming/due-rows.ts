import { afterEach } from 'node:test'
import type { StoredSessionStore } from '../../src/index.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { newSession, save } from '../support/sessions.ts'
import { newId, type OpenStores } from '../support/stores.ts'
import { until } from '../support/until.ts'

const DAY_MS = 24 * 3_600_000

/** Stores sessions and makes them over since long ago: rows that may be deleted. */
export async function addDueRows(database: TestDatabase, store: StoredSessionStore, count: number): Promise<void> {
  const now = Date.now()
  await Promise.all(Array.from({ length: count }, () => save(store, newId(), newSession({ isDue: true }))))
  const then = now - DAY_MS
  await database.query(
    `UPDATE stored_sessions SET expires_at = ${then}, trim_at = ${then + 1} WHERE created_at >= ${now} AND ended_at IS NULL`,
  )
}

/** Counts the rows of sessions: that of a lease is none. */
export async function countRows(database: TestDatabase): Promise<number> {
  const [row] = await database.query(
    'SELECT count(*) AS n FROM stored_sessions WHERE ended_at IS NULL OR end_reason IS NOT NULL',
  )
  return Number(row!.n)
}

/** Due rows of the store of a suite, none of which is left for the next test. */
export function dueRowsOf(suite: OpenStores) {
  afterEach(() => suite.database.query('DELETE FROM stored_sessions'))
  const left = () => countRows(suite.database)
  return {
    addDue: (count: number) => addDueRows(suite.database, suite.store, count),
    left,
    /** Resolves when trimming has deleted some of so many. */
    hasBegun: (count: number) => until('a batch is gone', async () => (await left()) < count),
  }
}
