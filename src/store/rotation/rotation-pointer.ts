import type { SessionRow } from '../../database/contract/session-database.ts'
import type { PayloadPlace } from '../../payload/codec.ts'
import { UnreadablePayload } from '../../payload/sealed-payload.ts'
import { shareOf, sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'

/*
 * The pointer that replaces the content of a session whose id was rotated, sealed into its row:
 *
 *   offset 0     32          40
 *          sid   until       share                                  marks
 *          32 B  8 B (BE)    32 B, only where payloads are bound    1 B, only where one is set
 *                            to cookies
 */
const SID_BYTES = 32
const UNTIL_BYTES = 8
const SHARE_BYTES = 32
const MARKS_BYTES = 1

const RENEWAL = 1
const UNUSED = 2

/** Leads from a rotated id to the current row of its session. */
export interface RotationPointer {
  readonly sid: Buffer
  /** Until when the old id may be used, epoch milliseconds. */
  readonly until: number
  /** What the new id adds to the keys, where payloads are bound to cookies; see {@link shareOf}. */
  readonly share: Buffer | undefined
  /** Whether `rotateEvery` rotated the id, and not the application: then the old id may change the session too. */
  readonly isRenewal: boolean
  /** Whether a request with an earlier id rotated this one, which had not been used by then. */
  readonly wasUnused: boolean
}

/** What the caller knows of the id of a session: the id itself, or what it adds to the keys. */
export type Held = Pick<PayloadPlace, 'id' | 'share'>

/** What a pointer says in addition to the new id. */
export type PointerFields = Pick<RotationPointer, 'until' | 'isRenewal' | 'wasUnused'>

/** Seals the pointer for the row of an old id. */
export function sealRotationPointer(
  { codec, bindToCookie }: StoreCore,
  place: PayloadPlace,
  newId: string,
  { until, isRenewal, wasUnused }: PointerFields,
): Buffer | Promise<Buffer> {
  const time = Buffer.alloc(UNTIL_BYTES)
  time.writeBigUInt64BE(BigInt(until))
  const marks = (isRenewal ? RENEWAL : 0) | (wasUnused ? UNUSED : 0)
  const share = bindToCookie ? [shareOf(newId)] : []
  return codec.sealPointer(place, Buffer.concat([sidOf(newId), time, ...share, ...(marks ? [Buffer.of(marks)] : [])]))
}

/**
 * Opens the pointer in a rotated row.
 *
 * @throws {@link UnreadablePayload}
 */
export async function rotationPointerOf({ codec }: StoreCore, row: SessionRow, held: Held): Promise<RotationPointer> {
  const bytes = await codec.openPointer({ sid: row.sid, createdAt: row.createdAt, ...held }, row.data)
  const start = SID_BYTES + UNTIL_BYTES
  const rest = bytes.length - start
  if (![0, MARKS_BYTES, SHARE_BYTES, SHARE_BYTES + MARKS_BYTES].includes(rest))
    throw new UnreadablePayload('not decodable')
  const share = rest >= SHARE_BYTES ? bytes.subarray(start, start + SHARE_BYTES) : undefined
  const marks = rest % SHARE_BYTES === MARKS_BYTES ? bytes.at(-1)! : 0
  return {
    sid: bytes.subarray(0, SID_BYTES),
    until: Number(bytes.readBigUInt64BE(SID_BYTES)),
    share,
    isRenewal: (marks & RENEWAL) !== 0,
    wasUnused: (marks & UNUSED) !== 0,
  }
}
