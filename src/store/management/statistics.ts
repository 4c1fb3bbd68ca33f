import type { RowTally } from '../../database/contract/session-database.ts'
import type { StoreCore } from '../core/core.ts'
import { BEFORE_ALL, listingOf, momentOf } from '../core/core.ts'

/** The numbers of sessions and their size. */
export interface SessionStats {
  /** Sessions that are in use. */
  live: number
  /** Ended sessions and rotated ids that are not trimmed yet. */
  ended: number
  /** Expired sessions that are not trimmed yet. */
  expired: number
  /** Live sessions that are bound to a device; missing where the option `deviceBound` is off, unless there are some. */
  deviceBound?: number
  /** When the oldest stored session of any state was created; undefined without sessions. Always exact. */
  oldest: Date | undefined
  /** Bytes of the sealed content of all sessions. The table is larger, because it has other columns and indexes. */
  bytes: number
  /** Whether the numbers are exact, or estimates from a sample of 5,000 sessions. */
  exact: boolean
}

/** The number of rows in the sample. The standard error of the estimate is 1 / sqrt(SAMPLE), 1.4%. */
const SAMPLE = 5_000

/** A key is a hash, so its first 48 bits show which part of all possible keys comes before it. */
const PREFIX_BYTES = 6
const PREFIXES = 2 ** (8 * PREFIX_BYTES)

/**
 * Counts a small table, and estimates a large one from a sample of it, at a cost that does not grow with the table.
 *
 * Keys are hashes, evenly spread. So the rows with the smallest keys are a random sample, and the greatest key among
 * them shows which part of the table the sample is (a k-minimum-values sketch; Bar-Yossef et al., 2002).
 */
export async function sessionStats(core: StoreCore): Promise<SessionStats> {
  const listing = listingOf(core)
  const [upTo, oldest] = await Promise.all([listing.nthKey(SAMPLE), listing.nthCreation(BEFORE_ALL, 1)])
  const tally = await listing.tally(momentOf(core.limits), upTo)
  const { bound = 0 } = tally
  const factor = upTo ? factorOf(tally, upTo) : 1
  const estimate = (count: number) => Math.round(count * factor)
  return {
    live: estimate(tally.live),
    ended: estimate(tally.ended),
    expired: estimate(tally.expired),
    ...((core.bindsToDevices || bound > 0) && { deviceBound: estimate(bound) }),
    oldest: oldest === undefined ? undefined : new Date(oldest),
    bytes: estimate(tally.bytes),
    exact: upTo === undefined,
  }
}

// The row of the greatest key only bounds the sample, so it does not count for the density.
function factorOf({ rows }: RowTally, upTo: Buffer): number {
  const reach = (upTo.readUIntBE(0, PREFIX_BYTES) + 1) / PREFIXES
  return (rows - 1) / rows / reach
}
