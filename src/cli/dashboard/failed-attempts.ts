/** Wrong passwords in a row that cost nothing: people mistype. */
const FREE = 3
const LONGEST_WAIT_MS = 60_000

/**
 * Limits how quickly passwords can be tried, over all clients: one that has many addresses gains nothing. Each failure
 * after the third doubles the wait, up to a minute. It delays other operators too, but nobody who has signed in.
 */
export class FailedAttempts {
  readonly #now: () => number
  #count = 0
  #until = 0

  /** @param now - a monotonic clock, milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now
  }

  /** Whole seconds until the next attempt is allowed; 0 when it is allowed now. */
  get waitSeconds(): number {
    return Math.max(0, Math.ceil((this.#until - this.#now()) / 1_000))
  }

  failed(): void {
    this.#count++
    const wait = this.#count < FREE ? 0 : Math.min(1_000 * 2 ** (this.#count - FREE), LONGEST_WAIT_MS)
    this.#until = this.#now() + wait
  }

  succeeded(): void {
    this.#count = 0
    this.#until = 0
  }
}
