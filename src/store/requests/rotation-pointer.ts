import type { SessionRow } from '../../database/contract/session-database.ts'
import type { PayloadPlace } from '../../payload/codec.ts'
import { UnreadablePayload } from '../../payload/sealed-payload.ts'
import { shareOf, sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'

/*
 * The pointer that replaces the content of a session whose id was rotated, sealed into its row:
 *
 *   offset 0     32          40
 *          sid   until       share
 *          32 B  8 B (BE)    32 B, only where payloads are bound to cookies
 */
const SID_BYTES = 32
const UNTIL_BYTES = 8
const SHARE_BYTES = 32

/** Leads from a rotated id to the current row of its session. */
export interface RotationPointer {
  readonly sid: Buffer
  /** Until when the old id may read it, epoch milliseconds. */
  readonly until: number
  /** What the new id adds to the keys, where payloads are bound to cookies; see {@link shareOf}. */
  readonly share: Buffer | undefined
}

/** What the caller knows of the id of a session: the id itself, or what it adds to the keys. */
export type Held = Pick<PayloadPlace, 'id' | 'share'>

/** Seals the pointer for the row of an old id. */
export function sealRotationPointer(
  { codec, bindToCookie }: StoreCore,
  place: PayloadPlace,
  newId: string,
  until: number,
): Buffer | Promise<Buffer> {
  const time = Buffer.alloc(UNTIL_BYTES)
  time.writeBigUInt64BE(BigInt(until))
  return codec.sealPointer(place, Buffer.concat([sidOf(newId), time, ...(bindToCookie ? [shareOf(newId)] : [])]))
}

/**
 * Opens the pointer in a rotated row.
 *
 * @throws {@link UnreadablePayload}
 */
export async function rotationPointerOf({ codec }: StoreCore, row: SessionRow, held: Held): Promise<RotationPointer> {
  const bytes = await codec.openPointer({ sid: row.sid, createdAt: row.createdAt, ...held }, row.data)
  const end = SID_BYTES + UNTIL_BYTES
  if (bytes.length !== end && bytes.length !== end + SHARE_BYTES) throw new UnreadablePayload('not decodable')
  const share = bytes.length > end ? bytes.subarray(end) : undefined
  return { sid: bytes.subarray(0, SID_BYTES), until: Number(bytes.readBigUInt64BE(SID_BYTES)), share }
}
