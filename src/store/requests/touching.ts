import { sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { deadlineOf, trimTime } from '../core/lifetime.ts'
import type { Operation } from '../core/operation.ts'
import { lifetimeOf } from '../live/cookie-lifetime.ts'
import type { LiveSession } from '../live/live-session.ts'
import { loadedVersionOf } from '../live/loaded-version.ts'

/** Renews the last use of a stored session now. It does nothing if the session is not stored or was changed since. */
export async function touchSession(
  core: StoreCore,
  _operation: Operation,
  id: string,
  session: LiveSession,
): Promise<void> {
  const base = loadedVersionOf(session)
  if (!base) return
  const now = Date.now()
  const expiresAt = deadlineOf(core.limits, lifetimeOf(session, now), base.createdAt, now)
  const { version } = base
  await core.rows.touch([
    { sid: sidOf(id), version, touchedAt: now, expiresAt, trimAt: trimTime(core.limits, expiresAt) },
  ])
}
