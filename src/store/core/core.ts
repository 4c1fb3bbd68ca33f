import type { RowMoment, SessionDatabase, SessionListing } from '../../database/contract/session-database.ts'
import type { SessionRows } from '../../database/door/rows.ts'
import { InvalidOptionsError } from '../../errors.ts'
import type { AttachedKeys } from '../../keys/key-provider.ts'
import type { CheckedMetadataOptions } from '../../metadata/metadata-options.ts'
import type { BindingCodec } from '../../payload/binding/binding-codec.ts'
import type { TokenCodec } from '../../payload/binding/token-codec.ts'
import type { Codec } from '../../payload/codec.ts'
import type { UsesCodec } from '../../payload/uses/uses-codec.ts'
import type { SessionContent } from '../live/content.ts'
import type { MergeRules } from '../merging/merge-rules.ts'
import type { SessionEventEmitter } from './events.ts'
import type { FewPerMinute } from './few-per-minute.ts'
import type { SessionHistory } from './history.ts'
import type { Limits } from './lifetime.ts'
import type { KnownChanges, KnownReuses } from './reported.ts'
import type { FreshIds, RotatedIds } from './session-ids.ts'
import type { Turns } from './turns.ts'

/** A user id of an application. Numbers are stored as text: 42, 42n and '42' are the same user. */
export type UserId = string | number | bigint

/** The parts of a store that reading, saving and ending share. */
export interface StoreCore {
  /** Access to single rows of sessions. */
  readonly rows: SessionRows
  /** For statements about many rows, or about none. */
  readonly database: SessionDatabase
  readonly keys: AttachedKeys
  readonly codec: Codec
  readonly usesCodec: UsesCodec
  readonly bindingCodec: BindingCodec
  readonly tokenCodec: TokenCodec
  /** What is kept of clients; undefined for nothing. */
  readonly metadata: CheckedMetadataOptions | undefined
  readonly bindToCookie: boolean
  /** Whether sessions are bound to devices. */
  readonly bindsToDevices: boolean
  readonly limits: Limits
  readonly events: SessionEventEmitter
  /** Undefined without the option `history`. */
  readonly history: SessionHistory | undefined
  readonly freshIds: FreshIds
  /** The largest size of a serialized session, in bytes. */
  readonly maxBytes: number
  /** The user of a session; null without a user. */
  userOf(content: SessionContent): string | null
  /** How concurrent changes of keys are merged. */
  readonly mergeRules: MergeRules
  /** How long the old id of a rotated session can still read it, in milliseconds. */
  readonly rotationOverlap: number
  /** When ids renew themselves, and what the reuse of an old one does. */
  readonly renewal: RenewalSettings
  /** Old ids whose reuse this process has reported. */
  readonly reuses: KnownReuses
  /** Whether uses are compared, for the option `suspicious`. */
  readonly watchesUses: boolean
  /** Suspicious changes that this process has reported. */
  readonly suspicions: KnownChanges
  /** The ids that this process rotated recently. */
  readonly rotatedIds: RotatedIds
  /** Limits how often one session is recorded as used without a proof. */
  readonly unproven: FewPerMinute
  /** How many sessions a user may have; undefined without a limit. */
  readonly userLimit: UserLimit | undefined
  /** Whether sessions come back as they were written; undefined for storages of the application. */
  readonly proof: { recent(): Promise<void>; repeat(): void; idle(): Promise<void> } | undefined
  /** Runs the saves and rotations of one session one after another. */
  readonly turns: Turns
}

/** When ids renew themselves, and what the reuse of an old one does. */
export interface RenewalSettings {
  /** The age of an id, in milliseconds; false for never. */
  readonly every: number | false
  readonly onReuse: OnReuse
}

/** What happens when an id is used that a later id has replaced. */
export type OnReuse = 'report' | 'end'

/** Which sessions end above the limit of a user: the oldest, the least recently used, or none. */
export type Evict = 'oldest' | 'least-recent' | 'refuse'

/** How many sessions a user may have. */
export interface UserLimit {
  readonly most: number
  readonly evict: Evict
}

/** @throws `FST_STORED_SESSION_INVALID_OPTIONS` for a storage of the application that has no `listing` */
export function listingOf({ database: { listing } }: StoreCore): SessionListing {
  if (listing) return listing
  throw new InvalidOptionsError(
    'this storage has no listing, which list(), count(), stats() and revoke() need, ' +
      'except revoke({ user }) and revoke({ handle }); implement listing of the type SessionDatabase',
  )
}

/** The current time, and the latest creation time of a session that has reached its absolute timeout. */
export function momentOf({ absoluteTimeout }: Limits): RowMoment {
  const now = Date.now()
  return { now, tooOld: absoluteTimeout === false ? BEFORE_ALL : now - absoluteTimeout }
}

/** A time before the creation of any row. */
export const BEFORE_ALL = -1
