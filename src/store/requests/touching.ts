import type { RowTouch, SessionRow } from '../../database/contract/session-database.ts'
import { isSealed, keyIdOf } from '../../payload/sealed-payload.ts'
import { sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { deadlineOf, needsTouch, trimTime } from '../core/lifetime.ts'
import type { Operation } from '../core/operation.ts'
import { lifetimeOf } from '../live/cookie-lifetime.ts'
import type { CookieLifetime, LiveSession, Visitor } from '../live/live-session.ts'
import { loadedVersionOf } from '../live/loaded-version.ts'
import { carryUses } from '../metadata/carried-uses.ts'

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
    {
      sid: sidOf(id),
      version,
      touchedAt: now,
      expiresAt,
      trimAt: trimTime(core.limits, expiresAt),
      metadata: base.metadata,
    },
  ])
}

/** Renews the last use of a row soon, in the background, if it is due; returns whether it does. */
export function touchIfStale(
  core: StoreCore,
  row: SessionRow,
  lifetime: CookieLifetime,
  visitor: Visitor | undefined,
): boolean {
  const now = Date.now()
  if (!needsTouch(core.limits, lifetime, row, now)) return false
  const expiresAt = deadlineOf(core.limits, lifetime, row.createdAt, now)
  const { sid, version, data, metadata: stored } = row
  const touch = { sid, version, touchedAt: now, expiresAt, trimAt: trimTime(core.limits, expiresAt), metadata: stored }
  if (!visitor || !isSealed(data)) core.rows.touchSoon(touch)
  else touchWith(core, touch, carryUses(core.usesCodec, row, keyIdOf(data), { stored, visitor }))
  return true
}

/** Touches a row when its metadata is known. Without its metadata it is touched all the same. */
function touchWith({ rows }: StoreCore, touch: RowTouch, metadata: Buffer | null | Promise<Buffer | null>): void {
  if (metadata instanceof Promise)
    metadata.then(
      (later) => rows.touchSoon({ ...touch, metadata: later }),
      () => rows.touchSoon(touch),
    )
  else rows.touchSoon({ ...touch, metadata })
}
