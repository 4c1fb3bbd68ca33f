import type { EndReason, SessionRow } from '../../database/contract/session-database.ts'
import { isTooDeep } from '../../payload/nesting.ts'
import { isSealed, keyIdOf, UnreadablePayload } from '../../payload/sealed-payload.ts'
import { formatSid } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { isIdle, reasonOver, trimTime } from '../core/lifetime.ts'
import type { Operation } from '../core/operation.ts'
import { noteOwner, recordExpiry } from '../history/session-changes.ts'
import { isJsonVisible, type SessionContent } from '../live/content.ts'
import { isSendable } from '../live/cookie-lifetime.ts'
import type { Held } from '../rotation/rotation-pointer.ts'

/** An opened row of a live session. */
export interface OpenedRow {
  readonly row: SessionRow
  readonly plaintext: Buffer
  readonly content: SessionContent
  readonly isJsonVisible: boolean
}

/** An opened row, or why it has expired or ended. */
export type Opened = OpenedRow | { reason: EndReason }

/** Opens a row, unless it has expired or ended by its columns or by the current limits, or cannot be opened. */
export function openRow(
  core: StoreCore,
  { measures }: Operation,
  row: SessionRow,
  { id, share }: Held,
): Opened | Promise<Opened> {
  const reason = reasonOver(core.limits, row, Date.now())
  if (reason) return over(core, row, reason, { id, share })
  const refuse = (error: unknown) => refuseRow(core, row, error)
  try {
    const open = () => core.codec.open({ sid: row.sid, createdAt: row.createdAt, id, share }, row.data)
    const plaintext = measures ? measures.crypto(open) : open()
    if (plaintext instanceof Promise)
      return plaintext.then((bytes) => accept(core, row, bytes, { id, share })).catch(refuse)
    return accept(core, row, plaintext, { id, share })
  } catch (error) {
    return refuse(error)
  }
}

function accept(core: StoreCore, row: SessionRow, plaintext: Buffer, held: Held): Opened {
  const content = core.codec.deserialize(plaintext) as SessionContent
  const now = Date.now()
  const isVisible = isJsonVisible(content)
  // Content that JSON shows is not nested deep.
  if (!isVisible && isTooDeep(content)) throw new UnreadablePayload('not decodable')
  if (!isSendable(content.cookie, now)) throw new UnreadablePayload('unsendable cookie')
  if (isIdle(core.limits, content.cookie, row, now)) return over(core, row, 'idle', held)
  if (core.history) noteOwner(core, row.sid, content)
  reportIfUnencrypted(core, row)
  return { row, plaintext, content, isJsonVisible: isVisible }
}

function over(core: StoreCore, row: SessionRow, reason: EndReason, held: Held): Opened {
  if (core.history && (reason === 'idle' || reason === 'absolute')) void recordExpiry(core, row, reason, held)
  return { reason }
}

/** Emits an event for an unsealed row. Call it after the row was accepted, because most unsealed rows are damaged. */
export function reportIfUnencrypted({ events }: Pick<StoreCore, 'events'>, { sid, data }: SessionRow): void {
  if (!isSealed(data)) events.emit('unencrypted', { sid: formatSid(sid) })
}

/** Emits an event for a row that cannot be opened, and rethrows any other failure. */
export function refuseRow(core: StoreCore, row: SessionRow, error: unknown): { reason: EndReason } {
  if (!(error instanceof UnreadablePayload)) throw error
  core.events.emit('unreadable', { sid: formatSid(row.sid), reason: error.reason })
  return { reason: 'unreadable' }
}

/** Opens a row as {@link openRow} does, also a row whose last step is missing. */
export function openCurrent(
  core: StoreCore,
  operation: Operation,
  row: SessionRow,
  held: Held,
): Opened | Promise<Opened> {
  return row.endReason === 'rotating' ? begun(core, operation, row, held) : openRow(core, operation, row, held)
}

/**
 * Takes the last step of an interrupted rotation or regeneration: the row of the session exists and is no session yet.
 * No request can know its id, or find its row, before the old row was given up.
 */
async function begun(core: StoreCore, operation: Operation, row: SessionRow, held: Held): Promise<Opened> {
  const opened = await openRow(core, operation, { ...row, endedAt: null, endReason: null }, held)
  if ('reason' in opened || (await beginHeir(core, operation, row, core.userOf(opened.content))))
    return withVersion(opened, 1)
  const current = await core.rows.find(row.sid, operation.measures)
  return current ? openRow(core, operation, current, held) : { reason: 'unknown' }
}

const withVersion = (opened: Opened, more: number): Opened =>
  'reason' in opened ? opened : { ...opened, row: { ...opened.row, version: opened.row.version + more } }

/** Makes a pending row the session of its new id; false when the row has ended, or is a session already. */
export function beginHeir(
  core: StoreCore,
  { measures }: Operation,
  row: SessionRow,
  userId: string | null,
): Promise<boolean> {
  const { sid, version, data, expiresAt, metadata, binding = null } = row
  const live = { endedAt: null, endReason: null, metadata, binding, trimAt: trimTime(core.limits, expiresAt) }
  return core.rows.replace({ sid, version, data, userId, keyId: keyIdOf(data), now: Date.now(), ...live }, measures)
}
