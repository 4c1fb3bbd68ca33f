import type { KeyCount, SessionRow } from '../contract/session-database.ts'

/**
 * A row as the drivers of the servers return it: large numbers may be text, bytes may have any binary type, and null may
 * be undefined.
 */
export function toRow(row: Record<string, unknown>): SessionRow {
  return {
    sid: bufferOf(row.sid as Uint8Array),
    data: bufferOf(row.data as Uint8Array),
    version: Number(row.version),
    createdAt: Number(row.createdAt),
    touchedAt: Number(row.touchedAt),
    expiresAt: Number(row.expiresAt),
    endedAt: numberOrNull(row.endedAt),
    endReason: (row.endReason ?? null) as SessionRow['endReason'],
    metadata: bufferOrNull(row.metadata as Uint8Array | null),
    binding: bufferOrNull(row.binding as Uint8Array | null),
  }
}

/** The bytes of a value that a driver returned. */
export const bufferOrNull = (bytes: Uint8Array | null | undefined) => (bytes ? bufferOf(bytes) : null)

/** The number of a value that a driver returned. */
export const numberOrNull = (value: unknown) => (value === null || value === undefined ? null : Number(value))

const bufferOf = (bytes: Uint8Array) => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes))

/** A row of the count by key, as drivers return it: large numbers may be text. */
export interface KeyCountRow {
  keyId?: unknown
  rowCount?: unknown
}

export function toKeyCount({ keyId, rowCount }: KeyCountRow): KeyCount {
  return { keyId: numberOrNull(keyId), rows: Number(rowCount) }
}

/** Bytes of content in one statement, unless a single row has more: MySQL and MariaDB limit a statement. */
const LARGEST_BYTES = 1024 * 1024

/** Splits a list into one batch for each statement: at most `most` rows, and no more content than a server accepts. */
export function batches<Row extends { readonly data: Buffer }>(rows: readonly Row[], most: number): Row[][] {
  const result: Row[][] = []
  let bytes = 0
  for (const row of rows) {
    bytes += row.data.length
    const last = result.at(-1)
    if (last && last.length < most && bytes <= LARGEST_BYTES) {
      last.push(row)
      continue
    }
    result.push([row])
    bytes = row.data.length
  }
  return result
}

/** Sorts by key, so that two processes that change the same rows do not deadlock. */
export const inKeyOrder = <Item extends { readonly sid: Buffer }>(items: readonly Item[]): Item[] =>
  items.toSorted((one, other) => one.sid.compare(other.sid))
