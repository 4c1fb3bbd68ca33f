/** Values that are counted apart. */
const MOST_VALUES = 20_000

/** The most frequent values of a survey. */
export interface Counted {
  /** The values with their numbers, the most frequent first. */
  readonly top: readonly (readonly [value: string, count: number])[]
  /** Values that were seen, besides those that were too rare to keep. */
  readonly values: number
  /** How much too low each number may be; 0 when all values were counted apart. */
  readonly missing: number
}

/**
 * Counts values in bounded memory: when there are too many, all lose one, and those without any are forgotten. So no
 * number is too high, and none is lower by more than the number of such losses (Misra and Gries, 1982).
 */
export class Tally {
  readonly #counts = new Map<string, number>()
  readonly #most: number
  #missing = 0

  constructor(most = MOST_VALUES) {
    this.#most = most
  }

  add(value: string): void {
    const count = this.#counts.get(value)
    if (count !== undefined) this.#counts.set(value, count + 1)
    else if (this.#counts.size < this.#most) this.#counts.set(value, 1)
    else this.#loseOne()
  }

  /** The most frequent values. */
  most(limit: number): Counted {
    const sorted = [...this.#counts].sort(
      ([one, count], [other, otherCount]) => otherCount - count || compare(one, other),
    )
    return { top: sorted.slice(0, limit), values: this.#counts.size, missing: this.#missing }
  }

  #loseOne(): void {
    this.#missing++
    for (const [value, count] of this.#counts) {
      if (count === 1) this.#counts.delete(value)
      else this.#counts.set(value, count - 1)
    }
  }
}

const compare = (one: string, other: string) => (one < other ? -1 : 1)
