/** The most ids to remember; the store treats an older id as possibly stored. */
const MOST = 10_000

/**
 * Ids that this process made and never stored, so that ending them needs no statement. For example, a sign-in
 * regenerates the empty session of a visitor, and no browser ever got its cookie.
 */
export class FreshIds {
  readonly #unstored = new Set<string>()
  readonly #ended = new Set<string>()

  /** Notes a new id. */
  add(id: string): void {
    addBounded(this.#unstored, id)
  }

  /** Whether this process made an id, and neither stored nor ended it. */
  has(id: string): boolean {
    return this.#unstored.has(id)
  }

  /** Notes that the first save of an id begins: from now on only the database knows its state. */
  storing(id: string): void {
    this.#unstored.delete(id)
  }

  /** Ends an id permanently that was never stored; false when it may be stored. */
  end(id: string): boolean {
    if (!this.#unstored.delete(id)) return this.#ended.has(id)
    addBounded(this.#ended, id)
    return true
  }

  /** Whether an id ended before it was stored. */
  hasEnded(id: string): boolean {
    return this.#ended.has(id)
  }
}

// A Set keeps the order of insertion, so its first member is the oldest.
function addBounded(set: Set<string>, id: string): void {
  if (set.size >= MOST) set.delete(set.values().next().value as string)
  set.add(id)
}

/** The most rotated ids to remember. */
const MOST_ROTATED = 10_000

/**
 * Ids that this process rotated recently. The store recognizes them in a response without a statement, whose answer
 * might be older than the rotation.
 */
export class RotatedIds {
  readonly #ids = new Set<string>()

  add(id: string): void {
    // A Set keeps the order of insertion, so its first member is the oldest.
    if (this.#ids.size >= MOST_ROTATED) this.#ids.delete(this.#ids.values().next().value as string)
    this.#ids.add(id)
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }
}
