import type { SessionDatabase, TrimBatch } from '../../database/contract/session-database.ts'
import { isUnsupported } from '../../database/sql/unsupported.ts'
import type { TrimLock } from '../options/trim-options.ts'
import { underLease } from './trim-lease.ts'

/** Does work while no other process trims; undefined, and no work, when another one does. */
export type TrimAlone = <Result>(work: (trim: TrimBatch) => Promise<Result>) => Promise<Result | undefined>

/**
 * Takes the lock that the database has, or where it has none the lease.
 *
 * @param leaseMs - how long a lease is good without being renewed
 */
export function trimmingAlone(database: SessionDatabase, lock: TrimLock, leaseMs: number): TrimAlone {
  let needsLease = lock === 'lease'
  return async (work) => {
    if (!needsLease) {
      try {
        return await (database.trimAlone?.(work) ?? work((before, limit) => database.trim(before, limit)))
      } catch (error) {
        if (!isUnsupported(error)) throw error
        needsLease = true
      }
    }
    return underLease(database, leaseMs, work)
  }
}
