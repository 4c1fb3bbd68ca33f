const MINUTE_MS = 60_000
/** The most keys to count; with more, none is counted as too many until the next minute. */
const MOST_KEYS = 10_000

/** Counts keys in one process, and tells which of them come too often in a minute. Its memory is bounded. */
export class FewPerMinute {
  readonly #most: number
  readonly #counts = new Map<string, number>()
  #minute = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Counts a key; false when it came too often in this minute. */
  isFew(key: string): boolean {
    const count = this.#count(key) + 1
    if (count > 1 || this.#counts.size < MOST_KEYS) this.#counts.set(key, count)
    return count <= this.#most
  }

  /** Whether a key came too often in this minute, without counting it. */
  isTooMany(key: string): boolean {
    return this.#count(key) >= this.#most
  }

  #count(key: string): number {
    const minute = Math.floor(Date.now() / MINUTE_MS)
    if (minute !== this.#minute) this.#counts.clear()
    this.#minute = minute
    return this.#counts.get(key) ?? 0
  }
}
