import type { SessionDatabase } from '../../database/contract/session-database.ts'
import type { SessionRows } from '../../database/door/rows.ts'
import type { AttachedKeys } from '../../keys/key-provider.ts'
import type { Codec } from '../../payload/codec.ts'
import type { SessionContent } from '../live/content.ts'
import type { SessionEventEmitter } from './events.ts'
import type { FreshIds } from './fresh-ids.ts'
import type { Limits } from './lifetime.ts'
import type { RotatedIds } from './rotated-ids.ts'
import type { Turns } from './turns.ts'
import type { UserLimit } from './user-limit.ts'

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
