import type { KeyCount, SessionRow } from '../contract/session-database.ts'

/** A row as the drivers of the servers hand it out: large numbers may be text, and bytes any kind of them. */
export function toRow(row: Record<string, unknown>): SessionRow {
  return {
    sid: bufferOf(row.sid as Uint8Array),
    data: bufferOf(row.data as Uint8Array),
    version: Number(row.version),
    createdAt: Number(row.createdAt),
    touchedAt: Number(row.touchedAt),
    expiresAt: Number(row.expiresAt),
    endedAt: row.endedAt === null ? null : Number(row.endedAt),
    endReason: row.endReason as SessionRow['endReason'],
  }
}

const bufferOf = (bytes: Uint8Array) => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes))

/** A row of the statement that counts by key, as drivers hand it out: large numbers may be text. */
export interface KeyCountRow {
  keyId?: unknown
  rowCount?: unknown
}

export function toKeyCount({ keyId, rowCount }: KeyCountRow): KeyCount {
  return { keyId: keyId === null ? null : Number(keyId), rows: Number(rowCount) }
}
