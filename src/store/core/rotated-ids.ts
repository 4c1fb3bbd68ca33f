/** Ids that are remembered at most. */
const MOST = 10_000

/**
 * Ids that were rotated in this process lately: a response that is about to name one can be told at once, without a
 * statement whose answer might be older than the rotation.
 */
export class RotatedIds {
  readonly #ids = new Set<string>()

  add(id: string): void {
    // A Set keeps the order in which its members came: the first is the oldest.
    if (this.#ids.size >= MOST) this.#ids.delete(this.#ids.values().next().value as string)
    this.#ids.add(id)
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }
}
