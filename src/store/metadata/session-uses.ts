import type { SessionRow } from '../../database/contract/session-database.ts'
import { deviceOf } from '../../metadata/device.ts'
import { unpackUse } from '../../metadata/packed-use.ts'
import type { SessionMetadata, SessionUse } from '../../metadata/session-metadata.ts'
import { UnreadablePayload } from '../../payload/sealed-payload.ts'
import type { Uses } from '../../payload/uses/sealed-uses.ts'
import type { UsesCodec } from '../../payload/uses/uses-codec.ts'
import { opened } from './carried-uses.ts'

/** The part of a row that tells who used its session, and when. */
type UsedRow = Pick<SessionRow, 'sid' | 'createdAt' | 'touchedAt' | 'metadata'>

/** Who used a session first and last; undefined where that was not kept, or cannot be opened. */
export async function metadataOf(codec: UsesCodec, row: UsedRow): Promise<SessionMetadata | undefined> {
  const uses = row.metadata ? await opened(codec, row, row.metadata) : undefined
  return uses && usesOf(row, uses)
}

/** The same at once; undefined also where the key is not at hand. */
export function metadataNow(codec: UsesCodec, row: UsedRow): SessionMetadata | undefined {
  try {
    const uses = row.metadata && codec.open(row, row.metadata)
    return uses && !(uses instanceof Promise) ? usesOf(row, uses) : undefined
  } catch (error) {
    if (error instanceof UnreadablePayload) return undefined
    throw error
  }
}

function usesOf({ createdAt, touchedAt }: UsedRow, { first, last }: Uses): SessionMetadata {
  return { first: useOf(first, createdAt), last: useOf(last, touchedAt) }
}

const useOf = (packed: Buffer, at: number): SessionUse => ({ at: new Date(at), ...clientOf(packed) })

/** The client of a use as others see it. */
export function clientOf(packed: Buffer): Omit<SessionUse, 'at'> {
  const use = packed.length > 0 ? unpackUse(packed) : {}
  return use.userAgent === undefined ? use : { ...use, device: deviceOf(use.userAgent) }
}
