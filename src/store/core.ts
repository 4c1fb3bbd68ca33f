import type { SessionDatabase, SessionRow } from '../database/session-database.ts'
import type { AttachedKeys } from '../keys/key-provider.ts'
import type { Codec } from '../payload/codec.ts'
import type { SessionContent } from './content.ts'
import type { SessionEventEmitter } from './events.ts'
import type { FreshIds } from './fresh-ids.ts'
import type { Lanes } from './lanes.ts'
import type { Limits } from './lifetime.ts'
import type { RotatedIds } from './rotated-ids.ts'
import type { TouchQueue } from './touches.ts'
import type { UserLimit } from './user-limit.ts'

/** What reading, saving and ending share. */
export interface StoreCore {
  readonly database: SessionDatabase
  readonly keys: AttachedKeys
  readonly codec: Codec
  readonly bindToCookie: boolean
  readonly limits: Limits
  readonly events: SessionEventEmitter
  readonly touches: TouchQueue
  readonly freshIds: FreshIds
  /** Bytes that a serialized session may have. */
  readonly maxBytes: number
  /** Reads one row, in a statement that all reads of the same turn of the event loop share. */
  findRow(sid: Buffer): Promise<SessionRow | undefined>
  /** Who a session belongs to. */
  userOf(content: SessionContent): string | null
  /** How long the old id of a rotation reads, milliseconds. */
  readonly rotationOverlap: number
  /** The ids that were rotated here lately. */
  readonly rotatedIds: RotatedIds
  /** How many sessions a user may have; undefined for any number. */
  readonly userLimit: UserLimit | undefined
  /** Saves and rotations of one session, one after another. */
  readonly lanes: Lanes
}
