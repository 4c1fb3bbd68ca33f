import { isDeepStrictEqual } from 'node:util'
import type { NewRow } from '../../database/contract/session-database.ts'
import { SessionTooLargeError } from '../../errors.ts'
import type { PayloadPlace } from '../../payload/codec.ts'
import { keyIdOf } from '../../payload/sealed-payload.ts'
import { type CarriedBinding, carryBinding } from '../binding/carried-binding.ts'
import type { StoreCore } from '../core/core.ts'
import { deadlineOf, trimTime } from '../core/lifetime.ts'
import type { Operation } from '../core/operation.ts'
import type { SessionContent } from '../live/content.ts'
import type { StoredVersion } from '../live/live-session.ts'
import { type CarriedUses, carryUses } from '../metadata/carried-uses.ts'

/** The columns of a session that is in use. */
export type SealedRow = Omit<NewRow, 'version' | 'endedAt' | 'endReason' | 'keyId'> & { readonly keyId: number }

/** The row of a session that begins only after another session has ended or was given up: it is no session yet. */
export function pendingRow(row: SealedRow, version: number): NewRow {
  return { ...row, version, endedAt: row.touchedAt, endReason: 'rotating' }
}

/** The content of a session. */
interface Sealable {
  readonly plaintext: Uint8Array
  readonly lifetime: SessionContent['cookie']
  readonly userId: string | null
}

/** What a row passes to the row that replaces it. */
export interface Carried {
  readonly uses: CarriedUses
  readonly binding: CarriedBinding
}

/** Seals a payload, and measures the time if there are listeners. */
export function sealed(core: StoreCore, { measures }: Operation, place: PayloadPlace, plaintext: Uint8Array) {
  return measures ? measures.crypto(() => core.codec.seal(place, plaintext)) : core.codec.seal(place, plaintext)
}

/**
 * Seals the content of a session that is used now.
 *
 * @param place - the place of the payload; without `createdAt` the session is new, and its date of creation is now
 * @param carried - who used it before, and who uses it now; the device that it is bound to
 */
export function sealedRow(
  core: StoreCore,
  operation: Operation,
  { sid, id, share, createdAt }: Omit<PayloadPlace, 'createdAt'> & { readonly createdAt?: number | undefined },
  { plaintext, lifetime, userId }: Sealable,
  carried: Carried,
): SealedRow | Promise<SealedRow> {
  const now = Date.now()
  const place = { sid, id, share, createdAt: createdAt ?? now }
  const expiresAt = deadlineOf(core.limits, lifetime, place.createdAt, now)
  const trimAt = trimTime(core.limits, expiresAt)
  const toRow = (data: Buffer) => {
    const keyId = keyIdOf(data)
    const { createdAt } = place
    // Without a spread, which costs microseconds in every save.
    const rowWith = (metadata: Buffer | null, binding: Buffer | null) => {
      return { sid, data, keyId, userId, createdAt, touchedAt: now, expiresAt, trimAt, metadata, binding }
    }
    const metadata = carryUses(core.usesCodec, place, keyId, carried.uses)
    const binding = carryBinding(core.bindingCodec, place, keyId, carried.binding)
    if (metadata instanceof Promise || binding instanceof Promise)
      return Promise.all([metadata, binding]).then((columns) => rowWith(...columns))
    return rowWith(metadata, binding)
  }
  const data = sealed(core, operation, place, plaintext)
  return data instanceof Promise ? data.then(toRow) : toRow(data)
}

/** @throws `FST_STORED_SESSION_TOO_LARGE` and `FST_STORED_SESSION_UNSTORABLE` */
export function serialize(core: StoreCore, content: SessionContent): Uint8Array {
  const plaintext = core.codec.serialize(content)
  const excess = plaintext.length - core.maxBytes
  if (excess > 0) throw new SessionTooLargeError(plaintext.length, excess, core.maxBytes)
  return plaintext
}

/** Whether a plaintext is unchanged. A stored value may get a second encoding: an error gains a cause, for example. */
export function isUnchanged(core: StoreCore, base: StoredVersion, plaintext: Uint8Array): boolean {
  if (Buffer.compare(base.plaintext, plaintext) === 0) return true
  if (base.isJsonVisible) return false
  return Buffer.compare(core.codec.serialize(core.codec.deserialize(base.plaintext)), plaintext) === 0
}

/** Whether two values have the same stored form: a live value (-0, no prototype) may differ from its stored copy. */
export function isStoredAlike(core: StoreCore, one: unknown, other: unknown): boolean {
  if (isDeepStrictEqual(one, other)) return true
  if (typeof one !== typeof other || (typeof one !== 'object' && one !== 0)) return false
  const bytes = (value: unknown) => core.codec.serialize({ value })
  try {
    return Buffer.compare(bytes(one), bytes(other)) === 0
  } catch {
    return false
  }
}
