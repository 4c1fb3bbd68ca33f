import type { RowEnd, StoredEndReason } from '../../database/contract/session-database.ts'
import type { StoreCore } from './core.ts'
import { trimTime } from './lifetime.ts'

/** What turns a row into a tombstone now. */
export function endNow({ limits }: StoreCore, endReason: StoredEndReason): RowEnd {
  const endedAt = Date.now()
  return { endedAt, endReason, trimAt: trimTime(limits, endedAt) }
}
