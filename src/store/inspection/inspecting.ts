import type { SessionRow } from '../../database/contract/session-database.ts'
import { LostRotationError } from '../../errors.ts'
import { isPointer, isSealed, keyIdOf } from '../../payload/sealed-payload.ts'
import { formatSid } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { listingOf } from '../core/core.ts'
import { type SessionHandle, sidOfHandle } from '../core/handle.ts'
import { type ListedSession, listedSession } from '../management/listing.ts'
import { rowsFrom } from '../rotation/successors.ts'

/** A session with what only its own row shows. */
export interface InspectedSession extends ListedSession {
  /** How often its content was stored. */
  version: number
  /** The id of the key that sealed its row; undefined once it has ended, and for a row that is not sealed. */
  keyId: number | undefined
  /** The handle under which the session continues after `rotateId()`; absent otherwise. */
  currentHandle?: SessionHandle
}

/**
 * The session of a handle, whatever its state; undefined without a row.
 *
 * @throws `FST_STORED_SESSION_INVALID_HANDLE`
 */
export async function inspectSession(core: StoreCore, handle: SessionHandle): Promise<InspectedSession | undefined> {
  const sid = sidOfHandle('handle', handle)
  const [[listed], [row]] = await Promise.all([listingOf(core).list({ sid }, undefined, 1), core.database.read([sid])])
  if (!listed || !row) return undefined
  const currentHandle = row.endReason === 'rotated' ? await currentHandleOf(core, sid) : undefined
  return {
    ...(await listedSession(core, listed)),
    version: row.version,
    keyId: keyOf(row),
    ...(currentHandle !== undefined && { currentHandle }),
  }
}

const keyOf = ({ data }: SessionRow) =>
  isSealed(data) || isPointer(data) ? keyIdOf(data, (bytes) => isSealed(bytes) || isPointer(bytes)) : undefined

async function currentHandleOf(core: StoreCore, sid: Buffer): Promise<SessionHandle | undefined> {
  try {
    const last = (await rowsFrom(core, sid)).at(-1)
    return last && formatSid(last.sid)
  } catch (error) {
    if (error instanceof LostRotationError) return undefined
    throw error
  }
}
