import type { RowTouch, SessionRow } from '../../database/contract/session-database.ts'
import { isSealed, keyIdOf } from '../../payload/sealed-payload.ts'
import { sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { deadlineOf, needsTouch, trimTime } from '../core/lifetime.ts'
import type { Operation } from '../core/operation.ts'
import { lifetimeOf } from '../live/cookie-lifetime.ts'
import type { LiveSession, StoredCookie, Visitor } from '../live/live-session.ts'
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

/** Renews the last use of a row soon, in the background, if it is due or wanted; returns whether it does. */
export function touchIfStale(
  core: StoreCore,
  row: SessionRow,
  lifetime: StoredCookie,
  visitor: Visitor | undefined,
  isWanted = false,
): boolean {
  const now = Date.now()
  const isDue = needsTouch(core.limits, lifetime, row, now) || isFirstUse(core, lifetime, row, now)
  if (!isDue && !(isWanted && core.limits.rolling)) return false
  const expiresAt = deadlineOf(core.limits, lifetime, row.createdAt, now)
  const { sid, version, data, metadata: stored } = row
  const touch = { sid, version, touchedAt: now, expiresAt, trimAt: trimTime(core.limits, expiresAt), metadata: stored }
  if (!visitor || !isSealed(data)) core.rows.touchSoon(touch)
  else touchWith(core, touch, carryUses(core.usesCodec, row, keyIdOf(data), { stored, visitor }))
  return true
}

/** Whether a renewed id is used for the first time after its overlap: from now on its former id has no session. */
function isFirstUse(core: StoreCore, { renewedAt }: StoredCookie, { touchedAt }: SessionRow, now: number): boolean {
  if (renewedAt === undefined || !core.limits.rolling) return false
  const end = renewedAt + core.rotationOverlap
  return touchedAt <= end && now > end
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
