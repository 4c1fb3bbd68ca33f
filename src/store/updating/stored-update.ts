import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionRow } from '../../database/contract/session-database.ts'
import { InvalidOptionsError, UnstorableError } from '../../errors.ts'
import { RESERVED_NAMES } from '../../payload/reserved-names.ts'
import { keyIdOf } from '../../payload/sealed-payload.ts'
import { carryBinding } from '../binding/carried-binding.ts'
import type { StoreCore } from '../core/core.ts'
import { unlimited } from '../core/operation.ts'
import { RESERVED_NAME, type SessionContent } from '../live/content.ts'
import { carryUses } from '../metadata/carried-uses.ts'
import { type OpenedRow, openCurrent, openRow } from '../requests/opened-row.ts'
import { isUnchanged, serialize } from '../requests/sealed-row.ts'
import { rowsFrom } from '../rotation/successors.ts'
import type { ContentChange } from './update-all-options.ts'

/** What became of one session; `absent` when it has ended or expired, or another row continues it that is done. */
export type RowOutcome = 'updated' | 'unchanged' | 'unreadable' | 'absent' | 'busy'

/** The change of stored sessions. */
export interface StoredUpdate {
  readonly core: StoreCore
  readonly change: ContentChange
  readonly dryRun: boolean
  /** The rows that are done, by {@link keyOf}. */
  readonly done: Set<string>
  /** Those of them whose next rows are done too. */
  readonly followed: Set<string>
}

export const keyOf = (sid: Buffer) => sid.toString('latin1')

/** A row that requests change this often in turn is left for a repeated call. */
const ATTEMPTS = 50
const LONGEST_PAUSE_MS = 50

/**
 * Changes the content of one row, and none of its times. It is written only if the row is as it was read, so it never
 * wakes a session that has ended meanwhile, and loses no change of a request. Follows a rotation to the current row.
 */
export async function updateRow(update: StoredUpdate, sid: Buffer, isPointedTo = false): Promise<RowOutcome> {
  const { core, done } = update
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (attempt > 2) await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt))
    const row = await core.rows.find(sid)
    if (row?.endReason === 'rotated') return follow(update, sid)
    done.add(keyOf(sid))
    const isPending = row?.endReason === 'rotating'
    if (!row || (row.endedAt !== null && !isPending)) return 'absent'
    const outcome = await attemptOn(update, row, isPointedTo)
    // The row of a next id is not a session yet, and counts under its present id.
    if (outcome) return isPending && !isPointedTo && outcome !== 'unreadable' ? 'absent' : outcome
  }
  return 'busy'
}

async function follow(update: StoredUpdate, sid: Buffer): Promise<RowOutcome> {
  const next = (await rowsFrom(update.core, sid)).at(-1)
  if (!next || next.sid.equals(sid) || update.done.has(keyOf(next.sid))) return 'absent'
  return updateRow(update, next.sid, true)
}

/** Undefined when a request changed the row meanwhile. */
async function attemptOn(update: StoredUpdate, row: SessionRow, isPointedTo: boolean): Promise<RowOutcome | undefined> {
  const { core, change, dryRun } = update
  // A row to which another points is a session, whose last step a read takes as well.
  const opened =
    isPointedTo && !dryRun
      ? await openCurrent(core, unlimited(), row, {})
      : await openRow(core, unlimited(), { ...row, endedAt: null, endReason: null }, {})
  if ('reason' in opened) return opened.reason === 'unreadable' ? 'unreadable' : 'absent'
  const plaintext = await changed(core, opened, change)
  const base = { ...opened.row, plaintext: opened.plaintext, isJsonVisible: opened.isJsonVisible }
  if (isUnchanged(core, base, plaintext)) return 'unchanged'
  return dryRun || (await write(core, opened.row, plaintext)) ? 'updated' : undefined
}

async function changed(core: StoreCore, { content }: OpenedRow, change: ContentChange): Promise<Uint8Array> {
  const { cookie, ...session } = content
  const userId = core.userOf(content)
  await change(session)
  for (const key of Object.keys(session))
    if (key === 'cookie' || RESERVED_NAMES.has(key)) throw new UnstorableError(key, RESERVED_NAME)
  const result: SessionContent = { cookie, ...session }
  const plaintext = serialize(core, result)
  if (core.userOf(result) !== userId) {
    throw new InvalidOptionsError(
      'updateAll() cannot change the user of a session; revoke its sessions instead, and let the user sign in',
    )
  }
  return plaintext
}

async function write(core: StoreCore, row: SessionRow, plaintext: Uint8Array) {
  const { sid, version, createdAt, metadata } = row
  const place = { sid, createdAt }
  const data = await core.codec.seal(place, plaintext)
  const keyId = keyIdOf(data)
  const uses = await carryUses(core.usesCodec, place, keyId, { stored: metadata, visitor: undefined })
  const binding = await carryBinding(core.bindingCodec, place, keyId, { stored: row.binding })
  return core.rows.reseal({ sid, version, data, keyId, metadata: uses, binding })
}
