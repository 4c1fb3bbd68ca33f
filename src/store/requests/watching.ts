import type { SessionRow } from '../../database/contract/session-database.ts'
import { unpackUse } from '../../metadata/packed-use.ts'
import { type SuspiciousChange, suspiciousChange } from '../../metadata/suspicion.ts'
import { formatSid } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import type { Visitor } from '../live/live-session.ts'
import { opened } from '../metadata/carried-uses.ts'

/**
 * Compares who uses a session now with its stored last use, for the option `suspicious`, before the request continues.
 *
 * @returns whether the use must be stored, so that the next use is compared with this one
 */
export async function watched(core: StoreCore, row: SessionRow, visitor: Visitor): Promise<boolean> {
  if (!row.metadata) return false
  const [now, uses] = await Promise.all([visitor.packed(), opened(core.usesCodec, row, row.metadata)])
  const last = uses?.last
  if (!last?.length || last.equals(now)) return false
  const change = suspiciousChange(unpackUse(last), unpackUse(now), Math.max(0, Date.now() - row.touchedAt))
  if (change && core.suspicions.isFirst(keyOf(row, change))) {
    core.events.emit('suspicious', { sid: formatSid(row.sid), ...change })
  }
  return change !== undefined
}

const keyOf = ({ sid }: SessionRow, { country, device }: SuspiciousChange) =>
  `${sid.toString('latin1')} ${country?.from} ${country?.to} ${device?.from} ${device?.to}`
