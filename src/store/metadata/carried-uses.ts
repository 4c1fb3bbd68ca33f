import type { PayloadPlace } from '../../payload/codec.ts'
import { UnreadablePayload } from '../../payload/sealed-payload.ts'
import { keyIdOfUses, NO_USE, type Uses } from '../../payload/uses/sealed-uses.ts'
import type { UsesCodec } from '../../payload/uses/uses-codec.ts'
import type { Visitor } from '../live/live-session.ts'

/** The uses that a row has, and the use by the request that writes it. */
export interface CarriedUses {
  /** The column as it was read; null without one. */
  readonly stored: Buffer | null
  /** The row that it was read from, if the uses move to another row. */
  readonly from?: PayloadPlace
  /** Whether the session begins now, so that this use is its first. */
  readonly isNew?: boolean
  readonly visitor: Visitor | undefined
}

/** The column `metadata` for a row whose content this key sealed; null where nobody recorded a use. */
export function carryUses(
  codec: UsesCodec,
  place: PayloadPlace,
  keyId: number,
  carried: CarriedUses,
): Buffer | null | Promise<Buffer | null> {
  const { stored, from, visitor } = carried
  if (!visitor && (!stored || (!from && hasKey(stored, keyId)))) return stored
  return carry(codec, place, keyId, carried)
}

async function carry(
  codec: UsesCodec,
  place: PayloadPlace,
  keyId: number,
  { stored, from, isNew, visitor }: CarriedUses,
): Promise<Buffer | null> {
  const use = await visitor?.packed()
  if (stored && use && !from && hasKey(stored, keyId))
    return (await codec.withLast(place, keyId, stored, use)) ?? stored
  const uses = stored ? await opened(codec, from ?? place, stored) : undefined
  const last = use ?? uses?.last
  if (!last) return null
  // The option `metadata` may have been off when the session began.
  const first = uses?.first ?? (isNew ? last : NO_USE)
  return (await codec.seal(place, keyId, { first, last })) ?? null
}

function hasKey(stored: Buffer, keyId: number): boolean {
  try {
    return keyIdOfUses(stored) === keyId
  } catch {
    return false
  }
}

/** The uses of a row; undefined when they cannot be opened, which is no reason to refuse the session. */
export async function opened(codec: UsesCodec, place: PayloadPlace, stored: Buffer): Promise<Uses | undefined> {
  try {
    return await codec.open(place, stored)
  } catch (error) {
    if (error instanceof UnreadablePayload) return undefined
    throw error
  }
}
