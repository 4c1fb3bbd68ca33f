/** Ids that are remembered at most; older ones are treated as if they might be stored. */
const MOST = 10_000

/**
 * Ids that were made here and never stored, so that no database needs to be asked to end them: a sign-in regenerates
 * the empty session of a visitor, and nobody ever had its cookie.
 */
export class FreshIds {
  readonly #unstored = new Set<string>()
  readonly #ended = new Set<string>()

  /** Notes an id that was just made. */
  add(id: string): void {
    addBounded(this.#unstored, id)
  }

  /** Whether an id was made here, and neither stored nor ended. */
  has(id: string): boolean {
    return this.#unstored.has(id)
  }

  /** Notes that a first save of an id begins: from now on only the database knows. */
  storing(id: string): void {
    this.#unstored.delete(id)
  }

  /** Ends an id that was never stored, permanently; false when it might be stored. */
  end(id: string): boolean {
    if (!this.#unstored.delete(id)) return this.#ended.has(id)
    addBounded(this.#ended, id)
    return true
  }

  /** Whether an id was ended before it was ever stored. */
  hasEnded(id: string): boolean {
    return this.#ended.has(id)
  }
}

// A Set keeps the order in which its members came: the first is the oldest.
function addBounded(set: Set<string>, id: string): void {
  if (set.size >= MOST) set.delete(set.values().next().value as string)
  set.add(id)
}

/** Ids that were rotated and are remembered at most. */
const MOST_ROTATED = 10_000

/**
 * Ids that were rotated in this process lately: a response that is about to name one can be told at once, without a
 * statement whose answer might be older than the rotation.
 */
export class RotatedIds {
  readonly #ids = new Set<string>()

  add(id: string): void {
    // A Set keeps the order in which its members came: the first is the oldest.
    if (this.#ids.size >= MOST_ROTATED) this.#ids.delete(this.#ids.values().next().value as string)
    this.#ids.add(id)
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }
}
