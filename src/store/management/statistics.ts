import type { RowTally } from '../../database/contract/session-database.ts'
import type { StoreCore } from '../core/core.ts'
import { BEFORE_ALL, listingOf, momentOf } from '../core/core.ts'

/** What there is. */
export interface SessionStats {
  /** Sessions that are in use. */
  live: number
  /** Ended sessions and rotated ids that were not trimmed yet. */
  ended: number
  /** Sessions that are past a deadline, and were not trimmed yet. */
  expired: number
  /** When the oldest session that is stored, in whatever state, was created; undefined when there is none. Always exact. */
  oldest: Date | undefined
  /** Bytes of the sealed content of all sessions; the table takes more, for its other columns and indexes. */
  bytes: number
  /** Whether the numbers are exact, or estimates from a sample of 5,000 sessions. */
  exact: boolean
}

/** Rows that are looked at. Their number is estimated with a standard error of one in its root: 1.4%. */
const SAMPLE = 5_000

/** A key is a hash, so that its first 48 bits say which part of all possible keys is before it. */
const PREFIX_BYTES = 6
const PREFIXES = 2 ** (8 * PREFIX_BYTES)

/**
 * Counts a small table, and estimates a large one from a sample of it, at a cost that does not grow with the table.
 *
 * Keys are hashes, evenly spread: the rows with the smallest keys are a random sample, and the greatest key among them
 * tells which part of the table they are (a k-minimum-values sketch; Bar-Yossef et al., 2002).
 */
export async function sessionStats(core: StoreCore): Promise<SessionStats> {
  const listing = listingOf(core)
  const [upTo, oldest] = await Promise.all([listing.nthKey(SAMPLE), listing.nthCreation(BEFORE_ALL, 1)])
  const tally = await listing.tally(momentOf(core.limits), upTo)
  const factor = upTo ? factorOf(tally, upTo) : 1
  const estimate = (count: number) => Math.round(count * factor)
  return {
    live: estimate(tally.live),
    ended: estimate(tally.ended),
    expired: estimate(tally.expired),
    oldest: oldest === undefined ? undefined : new Date(oldest),
    bytes: estimate(tally.bytes),
    exact: upTo === undefined,
  }
}

// The greatest key says how far the sample reaches and is no witness of how dense it is.
function factorOf({ rows }: RowTally, upTo: Buffer): number {
  const reach = (upTo.readUIntBE(0, PREFIX_BYTES) + 1) / PREFIXES
  return (rows - 1) / rows / reach
}
