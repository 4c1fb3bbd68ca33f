import type { KeyCount } from './session-database.ts'

/** A row of the statement that counts by key, as drivers hand it out: large numbers may be text. */
export interface KeyCountRow {
  keyId?: unknown
  rowCount?: unknown
}

export function toKeyCount({ keyId, rowCount }: KeyCountRow): KeyCount {
  return { keyId: keyId === null ? null : Number(keyId), rows: Number(rowCount) }
}
