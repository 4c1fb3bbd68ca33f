/** Runs what concerns one key one after another, and different keys side by side. Empty lanes are forgotten. */
export class Lanes {
  readonly #tails = new Map<string, Promise<unknown>>()
  readonly #groups = new Map<string, unknown[]>()

  run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#tails.get(key)
    const tail = before ? before.then(work, work) : work()
    this.#tails.set(key, tail)
    const forget = () => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key)
    }
    tail.then(forget, forget)
    return tail
  }

  /**
   * Adds an item to those that wait for the next turn of a key and take it together.
   *
   * @param run - takes at most `together` items, in their order
   * @param limits - how many one turn takes, and how many may wait
   * @returns false when too many wait
   */
  join<Item>(
    key: string,
    item: Item,
    run: (items: readonly Item[]) => Promise<void>,
    limits: { readonly together: number; readonly waiting: number },
  ): boolean {
    const group = this.#groups.get(key)
    if (group && group.length >= limits.waiting) return false
    if (group) group.push(item)
    else {
      this.#groups.set(key, [item])
      this.#takeTurn(key, run, limits.together)
    }
    return true
  }

  #takeTurn<Item>(key: string, run: (items: readonly Item[]) => Promise<void>, together: number): void {
    this.run(key, () => {
      const group = this.#groups.get(key) as Item[]
      const items = group.splice(0, together)
      if (group.length === 0) this.#groups.delete(key)
      else this.#takeTurn(key, run, together)
      return run(items)
    })
  }

  /** Resolves when everything that is under way now is done, however it ended. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#tails.values())
  }
}
