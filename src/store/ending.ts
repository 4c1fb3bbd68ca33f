import type { RowEnd, StoredEndReason } from '../database/session-database.ts'
import { InvalidOptionsError } from '../errors.ts'
import { sidOf } from '../payload/session-id.ts'
import type { StoreCore } from './core.ts'
import { trimTime } from './lifetime.ts'
import { isUserId } from './user.ts'

/**
 * Ends a session for ever. A session that is not stored (yet) gets a tombstone all the same, so that a first save that
 * is on its way finds the place taken.
 */
export async function endSession(core: StoreCore, id: string): Promise<void> {
  if (core.freshIds.end(id)) return
  const sid = sidOf(id)
  const end = endNow('destroyed')
  if (await core.database.end(sid, end)) return
  const { endedAt, trimAt } = end
  const times = { createdAt: endedAt, touchedAt: endedAt, expiresAt: endedAt, trimAt }
  const tombstone = { ...end, ...times, sid, data: Buffer.alloc(0), version: 1, userId: null, keyId: null }
  if (!(await core.database.insert(tombstone))) await core.database.end(sid, end)
}

/**
 * Ends all sessions of a user, and says how many there were.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS` when this is nobody's id
 */
export async function endUserSessions(core: StoreCore, userId: string): Promise<number> {
  if (!isUserId(userId)) throw new InvalidOptionsError('revoke({ user }) needs a user id as the user option yields it')
  return core.database.endUser(userId, endNow('revoked'))
}

function endNow(endReason: StoredEndReason): RowEnd {
  const endedAt = Date.now()
  return { endedAt, endReason, trimAt: trimTime(endedAt) }
}
