import type { SessionDatabase, SessionRow } from '../database/session-database.ts'
import type { AttachedKeys } from '../keys/key-provider.ts'
import type { Codec } from '../payload/codec.ts'
import type { SessionContent } from './content.ts'
import type { SessionEventEmitter } from './events.ts'
import type { FreshIds } from './fresh-ids.ts'
import type { Lanes } from './lanes.ts'
import type { Limits } from './lifetime.ts'
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
  /** Reads one row, in a statement shared with whoever reads in the same turn of the event loop. */
  findRow(sid: Buffer): Promise<SessionRow | undefined>
  /** Who a session belongs to. */
  userOf(content: SessionContent): string | null
  /** Rotation of ids: how long the old one reads, in milliseconds, and whether any rotated session was seen here. */
  readonly rotation: { readonly overlap: number; isSeen: boolean }
  /** How many sessions a user may have; undefined for any number. */
  readonly userLimit: UserLimit | undefined
  /** Saves of one session, one after another. */
  readonly lanes: Lanes
}
