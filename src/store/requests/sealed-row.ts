import type { NewRow } from '../../database/contract/session-database.ts'
import type { PayloadPlace } from '../../payload/codec.ts'
import { keyIdOf } from '../../payload/sealed-payload.ts'
import type { StoreCore } from '../core/core.ts'
import { deadlineOf, trimTime } from '../core/lifetime.ts'
import type { Operation } from '../core/operation.ts'
import type { SessionContent } from '../live/content.ts'

/** What a row holds of a session that is in use. */
export type SealedRow = Omit<NewRow, 'version' | 'endedAt' | 'endReason' | 'keyId'> & { readonly keyId: number }

/** The row of a session that is to begin when another one has ended or was given up: it is none yet. */
export function pendingRow(row: SealedRow, version: number): NewRow {
  return { ...row, version, endedAt: row.touchedAt, endReason: 'rotating' }
}

/** The content of a session. */
export interface Sealable {
  readonly plaintext: Uint8Array
  readonly lifetime: SessionContent['cookie']
  readonly userId: string | null
}

/** Seals a payload, measured where somebody listens. */
export function sealed(core: StoreCore, { measures }: Operation, place: PayloadPlace, plaintext: Uint8Array) {
  return measures ? measures.crypto(() => core.codec.seal(place, plaintext)) : core.codec.seal(place, plaintext)
}

/**
 * Seals the content of a session that is used now.
 *
 * @param place - of a new session without the date of creation, which is now
 */
export function sealedRow(
  core: StoreCore,
  operation: Operation,
  { sid, id, createdAt }: Omit<PayloadPlace, 'createdAt'> & { readonly createdAt?: number | undefined },
  { plaintext, lifetime, userId }: Sealable,
): SealedRow | Promise<SealedRow> {
  const now = Date.now()
  const place = { sid, id, createdAt: createdAt ?? now }
  const expiresAt = deadlineOf(core.limits, lifetime, place.createdAt, now)
  const times = { createdAt: place.createdAt, touchedAt: now, expiresAt, trimAt: trimTime(core.limits, expiresAt) }
  const toRow = (data: Buffer) => ({ ...times, sid, data, keyId: keyIdOf(data), userId })
  const data = sealed(core, operation, place, plaintext)
  return data instanceof Promise ? data.then(toRow) : toRow(data)
}
