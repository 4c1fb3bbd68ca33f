import type { RowMoment, SessionListing } from '../../database/contract/session-database.ts'
import { InvalidOptionsError } from '../../errors.ts'
import type { StoreCore } from './core.ts'
import type { Limits } from './lifetime.ts'

/** @throws `FST_STORED_SESSION_INVALID_OPTIONS` for a storage of the application's own that cannot do this */
export function listingOf({ database: { listing } }: StoreCore): SessionListing {
  if (listing) return listing
  throw new InvalidOptionsError(
    'this storage has no listing, which list(), count(), stats() and revoke() need, ' +
      'except revoke({ user }) and revoke({ handle }); implement listing of the type SessionDatabase',
  )
}

/** Now, as the database is to see it. */
export function momentOf({ absoluteTimeout }: Limits): RowMoment {
  const now = Date.now()
  return { now, tooOld: absoluteTimeout === false ? BEFORE_ALL : now - absoluteTimeout }
}

/** Earlier than any row. */
export const BEFORE_ALL = -1
