import type { RowMoment, SessionDatabase, SessionListing } from '../../database/contract/session-database.ts'
import type { SessionRows } from '../../database/door/rows.ts'
import { InvalidOptionsError } from '../../errors.ts'
import type { AttachedKeys } from '../../keys/key-provider.ts'
import type { Codec } from '../../payload/codec.ts'
import type { SessionContent } from '../live/content.ts'
import type { SessionEventEmitter } from './events.ts'
import type { Limits } from './lifetime.ts'
import type { FreshIds, RotatedIds } from './session-ids.ts'
import type { Turns } from './turns.ts'

/** What reading, saving and ending share. */
export interface StoreCore {
  /** The way to the rows of sessions. */
  readonly rows: SessionRows
  /** For what concerns many rows, or none. */
  readonly database: SessionDatabase
  readonly keys: AttachedKeys
  readonly codec: Codec
  readonly bindToCookie: boolean
  readonly limits: Limits
  readonly events: SessionEventEmitter
  readonly freshIds: FreshIds
  /** Bytes that a serialized session may have. */
  readonly maxBytes: number
  /** Who a session belongs to. */
  userOf(content: SessionContent): string | null
  /** How long the old id of a rotation reads, milliseconds. */
  readonly rotationOverlap: number
  /** The ids that were rotated here lately. */
  readonly rotatedIds: RotatedIds
  /** How many sessions a user may have; undefined for any number. */
  readonly userLimit: UserLimit | undefined
  /** Saves and rotations of one session, one after another. */
  readonly turns: Turns
}

/** Which sessions of a user end when there are too many: the oldest, those that were not used for longest, or none. */
export type Evict = 'oldest' | 'least-recent' | 'refuse'

/** How many sessions a user may have. */
export interface UserLimit {
  readonly most: number
  readonly evict: Evict
}

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
