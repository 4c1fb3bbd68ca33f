/** One value of the overview that is counted now and then. It keeps its last value when a count fails. */
export class Part<Value> {
  value: Value | undefined
  countedAt: Date | undefined
  /** Whether the last count failed. */
  hasFailed = false
  readonly #count: () => Promise<Value>
  readonly #validMs: () => number
  #triedAt: number | undefined

  /** @param validMs - how long a count stands, milliseconds */
  constructor(count: () => Promise<Value>, validMs: () => number) {
    this.#count = count
    this.#validMs = validMs
  }

  get isDue(): boolean {
    // The system time may be set back.
    return this.#triedAt === undefined || Math.abs(Date.now() - this.#triedAt) >= this.#validMs()
  }

  /** Never rejects. */
  async renew(): Promise<void> {
    this.#triedAt = Date.now()
    try {
      this.value = await this.#count()
      this.countedAt = new Date()
      this.hasFailed = false
    } catch {
      // The page says that the count failed, and the log has the reason of a database that does not answer.
      this.hasFailed = true
    }
  }
}
