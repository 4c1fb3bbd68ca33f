import type { BindingCodec } from '../../payload/binding/binding-codec.ts'
import { keyIdOfBinding } from '../../payload/binding/sealed-binding.ts'
import type { PayloadPlace } from '../../payload/codec.ts'
import { UnreadablePayload } from '../../payload/sealed-payload.ts'

/** The binding of a session that is written. */
export interface CarriedBinding {
  /** The column as it was read; null without one, undefined for a storage that omits it. */
  readonly stored: Buffer | null | undefined
  /** The row that it was read from, if it moves to another row. */
  readonly from?: PayloadPlace
}

export const UNBOUND: CarriedBinding = { stored: null }

/**
 * The column `binding` for a row whose content this key sealed. A binding that does not open stays as it is, because its
 * session must not become free of it.
 */
export function carryBinding(
  codec: BindingCodec,
  place: PayloadPlace,
  keyId: number,
  { stored, from }: CarriedBinding,
): Buffer | null | Promise<Buffer | null> {
  if (!stored) return null
  if (!from && hasKey(stored, keyId)) return stored
  return resealed(codec, { from: from ?? place, to: place }, keyId, stored)
}

async function resealed(
  codec: BindingCodec,
  { from, to }: { readonly from: PayloadPlace; readonly to: PayloadPlace },
  keyId: number,
  stored: Buffer,
): Promise<Buffer> {
  try {
    return (await codec.seal(to, keyId, await codec.open(from, stored))) ?? stored
  } catch (error) {
    if (error instanceof UnreadablePayload) return stored
    throw error
  }
}

function hasKey(stored: Buffer, keyId: number): boolean {
  try {
    return keyIdOfBinding(stored) === keyId
  } catch {
    return false
  }
}
