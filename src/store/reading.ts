import type { EndReason, SessionRow } from '../database/session-database.ts'
import { UnreadablePayload } from '../payload/sealed-payload.ts'
import { formatSid, isWellFormedId, sidOf } from '../payload/session-id.ts'
import type { SessionContent } from './content.ts'
import { restoredCookie } from './cookie-lifetime.ts'
import type { StoreCore } from './core.ts'
import { deadlineOf, isIdle, needsTouch, reasonOver, trimTime } from './lifetime.ts'
import { CARRIER_KEY, carrierOf } from './provenance.ts'

/** What reading an id yields: a session for the host, or why there is none. */
export type Reading = { session: Record<string, unknown>; reason?: never } | { session?: never; reason: EndReason }

/** A row that is alive and was opened. */
export interface OpenedRow {
  readonly row: SessionRow
  readonly plaintext: Buffer
  readonly content: SessionContent
}

/** Reads the session of an id. An id of the wrong shape never reaches the database. */
export async function readSession(core: StoreCore, id: string): Promise<Reading> {
  if (!isWellFormedId(id)) return { reason: 'unknown' }
  const row = await core.findRow(sidOf(id))
  if (!row) return { reason: 'unknown' }
  const opened = await openRow(core, row, id)
  return 'reason' in opened ? opened : { session: handOver(core, opened) }
}

/** Opens a row unless it is over: by what stands in it, by today's limits, or because it does not open. */
export async function openRow(
  core: StoreCore,
  row: SessionRow,
  id: string,
): Promise<OpenedRow | { reason: EndReason }> {
  const now = Date.now()
  const reason = reasonOver(core.limits, row, now)
  if (reason) return { reason }
  try {
    const opened = core.codec.open({ ...row, id }, row.data)
    const plaintext = opened instanceof Promise ? await opened : opened
    const content = core.codec.deserialize(plaintext) as SessionContent
    return isIdle(core.limits, content.cookie, row, now) ? { reason: 'idle' } : { row, plaintext, content }
  } catch (error) {
    if (!(error instanceof UnreadablePayload)) throw error
    core.events.emit('unreadable', { sid: formatSid(row.sid), reason: error.reason })
    return { reason: 'unreadable' }
  }
}

function handOver(core: StoreCore, { row, plaintext, content }: OpenedRow): Record<string, unknown> {
  const now = Date.now()
  const touched = needsTouch(core.limits, content.cookie, row, now)
  if (touched) {
    const expiresAt = deadlineOf(core.limits, content.cookie, row.createdAt, now)
    core.touches.add({ sid: row.sid, version: row.version, touchedAt: now, expiresAt, trimAt: trimTime(expiresAt) })
  }
  const { version, createdAt } = row
  const carrier = carrierOf({ version, createdAt, plaintext, touched })
  return Object.assign(content, { cookie: restoredCookie(content.cookie), [CARRIER_KEY]: carrier })
}
