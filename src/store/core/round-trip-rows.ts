import type { SessionRow } from '../../database/contract/session-database.ts'

/** The id that rows of a round trip name as their key: “trip” in ASCII. */
export const ROUND_TRIP_KEY = 0x74726970

const BYTES = Array.from({ length: 256 }, (_, byte) => byte)

/** The data of a round trip: every byte once, so that no conversion of any encoding leaves it as it is. */
export const ROUND_TRIP_DATA = { first: Buffer.from(BYTES), second: Buffer.from(BYTES.toReversed()) }

/** Whether a round trip that another process makes just now wrote this row. */
export const isOfRoundTrip = ({ data }: SessionRow) =>
  Object.values(ROUND_TRIP_DATA).some((bytes) => bytes.equals(data))
