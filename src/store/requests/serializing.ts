import { SessionTooLargeError } from '../../errors.ts'
import type { StoreCore } from '../core/core.ts'
import type { SessionContent } from '../live/content.ts'
import type { StoredVersion } from '../live/live-session.ts'

/** @throws `FST_STORED_SESSION_TOO_LARGE` and `FST_STORED_SESSION_UNSTORABLE` */
export function serialize(core: StoreCore, content: SessionContent): Uint8Array {
  const plaintext = core.codec.serialize(content)
  const excess = plaintext.length - core.maxBytes
  if (excess > 0) throw new SessionTooLargeError(plaintext.length, excess, core.maxBytes)
  return plaintext
}

/** Whether a plaintext is what is stored. A value may have a second encoding once stored (an error gains a cause). */
export function isUnchanged(core: StoreCore, base: StoredVersion, plaintext: Uint8Array): boolean {
  if (Buffer.compare(base.plaintext, plaintext) === 0) return true
  if (base.isJsonVisible) return false
  return Buffer.compare(core.codec.serialize(core.codec.deserialize(base.plaintext)), plaintext) === 0
}

/** What a live session holds may differ from what is read back of it (-0, an object without a prototype) and be the same. */
export function isStoredAlike(core: StoreCore, one: unknown, other: unknown): boolean {
  const bytes = (value: unknown) => core.codec.serialize({ value })
  try {
    return Buffer.compare(bytes(one), bytes(other)) === 0
  } catch {
    return false
  }
}
