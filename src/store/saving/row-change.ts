import type { RowChange } from '../../database/contract/session-database.ts'
import { UNBOUND } from '../binding/carried-binding.ts'
import type { StoreCore } from '../core/core.ts'
import { deadlineOf, trimTime } from '../core/lifetime.ts'
import { noteOf, type StoredVersion } from '../live/live-session.ts'
import type { Carried, SealedRow } from '../requests/sealed-row.ts'
import type { Draft } from './save-draft.ts'

/** What the row of a draft takes over from the row that it replaces, or from the session that it replaces. */
export const carriedBy = ({ base, taken }: Draft): Carried => ({
  uses: { stored: base?.metadata ?? null, isNew: !base, visitor: taken.at(-1)?.visitor },
  binding: base ? { stored: base.binding } : inheritedBy(taken),
})

/** The binding that a new session gets from the session that it replaces. */
const inheritedBy = (taken: Draft['taken']) =>
  taken.map(({ session }) => noteOf(session).inherited).find((binding) => binding) ?? UNBOUND

/** The change of a row to the content of a draft. */
export function changeTo(
  { limits }: StoreCore,
  row: SealedRow,
  base: StoredVersion,
  { followed, lifetime }: Draft,
): RowChange {
  const { sid, data, keyId, userId, touchedAt: now, expiresAt, trimAt, metadata, binding } = row
  const change = { sid, version: base.version, now, data, keyId, userId, metadata, binding }
  if (!followed) return { ...change, touchedAt: now, expiresAt, trimAt }
  const { usedAt: touchedAt } = followed
  const end = deadlineOf(limits, lifetime, base.createdAt, touchedAt)
  return { ...change, touchedAt, expiresAt: end, trimAt: trimTime(limits, end) }
}
