import type { NewRow, RowChange, RowTouch, SessionRow } from '../../database/contract/session-database.ts'
import { newSessionId, sidOf } from '../../payload/session-id.ts'

/** The id that rows of a round trip name as their key: “trip” in ASCII. */
export const ROUND_TRIP_KEY = 0x74726970

const BYTES = Array.from({ length: 256 }, (_, byte) => byte)

/** The data of a round trip: every byte once, so that no conversion of any encoding leaves it as it is. */
const DATA = { first: Buffer.from(BYTES), second: Buffer.from(BYTES.toReversed()) }

/** Whether a round trip that another process makes just now wrote this row. */
export const isOfRoundTrip = ({ data }: SessionRow) => Object.values(DATA).some((bytes) => bytes.equals(data))

/** Rows that an interrupted round trip left are past this, in milliseconds, and then trimmed. */
const LIFETIME_MS = 60_000

/** A new row of a round trip. */
export function roundTripRow(now: number, userId: string | null): NewRow {
  return {
    sid: sidOf(newSessionId()),
    data: DATA.first,
    version: 1,
    userId,
    createdAt: now,
    touchedAt: now,
    expiresAt: now + LIFETIME_MS,
    trimAt: now + LIFETIME_MS,
    endedAt: null,
    endReason: null,
    keyId: ROUND_TRIP_KEY,
    metadata: DATA.second,
    binding: DATA.first,
  }
}

export const nextVersion = (row: NewRow): NewRow => ({
  ...laterUse(row),
  data: otherData(row.data),
  binding: otherData(row.binding),
  version: row.version + 1,
})
export const laterUse = (row: NewRow): NewRow => ({
  ...row,
  touchedAt: row.touchedAt + 1,
  expiresAt: row.expiresAt + 1,
  metadata: otherData(row.metadata),
})
const otherData = (data: Buffer | null) => (data === DATA.first ? DATA.second : DATA.first)

export const changeOf = ({ createdAt: _1, endedAt: _2, endReason: _3, ...row }: NewRow): RowChange => ({
  ...row,
  keyId: ROUND_TRIP_KEY,
  version: row.version - 1,
  now: row.touchedAt,
})

export const touchOf = ({ sid, version, touchedAt, expiresAt, trimAt, metadata }: NewRow): RowTouch => ({
  sid,
  version,
  touchedAt,
  expiresAt,
  trimAt,
  metadata,
})
