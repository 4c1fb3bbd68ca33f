import type { TrimStop } from '../core/events.ts'
import type { TrimLimits } from '../options/trim-options.ts'

/**
 * The share of the time that batches take with `pause: 'auto'`. It is well below a hundredth, so that the slowest of 100
 * requests is not one that met a batch.
 */
export const LEAST_SHARE = 1 / 200
/** The share that background rounds reach at most while they leave rows behind. */
export const LARGEST_SHARE = 0.16

/** A batch should be quicker with `pause: 'auto'`, unless the database tells another time. Milliseconds. */
const AUTO_BATCH_MS = 20
/** A batch should be quicker with a fixed pause, because on SQLite every save waits for it. Milliseconds. */
const LONG_BATCH_MS = 50
/** Below this number of rows, a smaller batch makes little difference. */
const SMALL_BATCH = 50
/** Connections that wait in a transaction for longer are closed by some servers. Milliseconds. */
const LONGEST_PAUSE_MS = 5_000

/** How many rows the next batch deletes, and how long it waits: by how long the batches before it took. */
export class Pace {
  readonly #limits: Pick<TrimLimits, 'batchSize' | 'pause'>
  readonly #share: number
  readonly #longest: number
  /** Rows of the next batch. */
  size: number
  /** Milliseconds before the next batch. */
  pause = 0

  /**
   * @param share - the share of the time that batches take with `pause: 'auto'`
   * @param longestBatch - milliseconds that a batch should take at most then
   */
  constructor(limits: Pick<TrimLimits, 'batchSize' | 'pause'>, share: number, longestBatch = AUTO_BATCH_MS) {
    this.#limits = limits
    this.#share = share
    this.#longest = limits.pause === 'auto' ? longestBatch : LONG_BATCH_MS
    // At first nothing is known about the database.
    this.size = limits.pause === 'auto' ? Math.min(limits.batchSize, SMALL_BATCH) : limits.batchSize
  }

  /** @param took - milliseconds */
  batchTook(took: number): void {
    const { batchSize, pause } = this.#limits
    this.size = Math.min(batchSize, nextSize(this.size, took, this.#longest))
    this.pause = pause === 'auto' ? Math.min(LONGEST_PAUSE_MS, took / this.#share - took) : pause
  }
}

function nextSize(size: number, took: number, longest: number): number {
  // A batch of twice the size would not be long either.
  if (took < longest / 2) return size * 2
  return took > longest && size > SMALL_BATCH ? Math.max(SMALL_BATCH, size >> 1) : size
}

/** The share of the next background round: a round that left rows makes it larger, until a round leaves none. */
export function nextShare(share: number, stopped: TrimStop): number {
  if (stopped === 'time') return Math.min(LARGEST_SHARE, share * 2)
  return stopped === 'done' ? LEAST_SHARE : share
}
