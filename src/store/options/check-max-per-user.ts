import type { Evict, UserLimit } from '../core/user-limit.ts'
import type { OptionChecks } from './option-checks.ts'
import type { StoreOptions } from './store-options.ts'

const LARGEST = 1_000
const ORDERS: readonly Evict[] = ['oldest', 'least-recent', 'refuse']

/** Checks how many sessions a user may have; undefined for any number. */
export function checkMaxPerUser(options: StoreOptions, checks: OptionChecks): UserLimit | undefined {
  const { maxPerUser, evict = 'oldest', user, database } = options
  if (!ORDERS.includes(evict)) checks.fault('evict', `must be ${ORDERS.map((name) => `"${name}"`).join(', ')}`)
  if (maxPerUser === undefined) {
    if (options.evict !== undefined)
      checks.fault('evict', 'needs maxPerUser, the number of sessions a user may have; set it too')
    return undefined
  }
  const most = checks.integer('maxPerUser', maxPerUser, 1, 1, LARGEST)
  if (user === undefined)
    checks.fault('maxPerUser', 'needs the option user, which returns the user of a session; set it too')
  if (isOwnStorage(database) && !database.listing) {
    checks.fault('maxPerUser', 'needs a storage with a listing; implement listing of the type SessionDatabase')
  }
  return { most, evict }
}

function isOwnStorage(database: unknown): database is { listing?: unknown } {
  return typeof database === 'object' && database !== null && 'endUser' in database
}
