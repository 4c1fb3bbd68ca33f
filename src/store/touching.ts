import { sidOf } from '../payload/session-id.ts'
import { lifetimeOf } from './cookie-lifetime.ts'
import type { StoreCore } from './core.ts'
import { deadlineOf, trimTime } from './lifetime.ts'
import type { LiveSession } from './live-session.ts'
import type { Operation } from './operation.ts'
import { provenanceOf } from './provenance.ts'

/** Renews the last use of a stored session now. A session that is not stored, or was changed since, is left alone. */
export async function touchSession(
  core: StoreCore,
  _operation: Operation,
  id: string,
  session: LiveSession,
): Promise<void> {
  const base = provenanceOf(session)
  if (!base) return
  const now = Date.now()
  const expiresAt = deadlineOf(core.limits, lifetimeOf(session, now), base.createdAt, now)
  const { version } = base
  await core.rows.touch([
    { sid: sidOf(id), version, touchedAt: now, expiresAt, trimAt: trimTime(core.limits, expiresAt) },
  ])
}
