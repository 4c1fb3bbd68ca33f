/** Items that wait for the next turn of a key, and share it. */
interface Group<Item> {
  readonly items: Item[]
  run(items: readonly Item[]): Promise<void>
}

/** How many items share one turn, and how many may wait. */
interface Turn {
  readonly together: number
  readonly waiting: number
}

/** Runs the work of one key one after another, and of different keys concurrently. Idle keys take no memory. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()
  readonly #groups = new Map<string, Group<unknown>>()

  run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key)
    return this.#follow(key, before ? before.then(work, work) : work())
  }

  /**
   * Adds an item to the group that shares the next turn of a key.
   *
   * @param run - processes at most `together` items, in their order
   * @returns false when too many items wait
   */
  join<Item>(key: string, item: Item, run: (items: readonly Item[]) => Promise<void>, turn: Turn): boolean {
    const group = this.#groups.get(key)
    if (group && group.items.length >= turn.waiting) return false
    const before = this.#last.get(key)
    if (group) group.items.push(item)
    else if (!before) this.#follow(key, run([item]))
    else {
      this.#groups.set(key, { items: [item], run } as Group<unknown>)
      this.#takeTurn(key, before, turn.together)
    }
    return true
  }

  /** Resolves when all work that runs now has settled. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#last.values())
  }

  #takeTurn(key: string, before: Promise<unknown>, together: number): void {
    const take = () => {
      const { items, run } = this.#groups.get(key)!
      const taken = items.splice(0, together)
      if (items.length === 0) this.#groups.delete(key)
      else this.#takeTurn(key, turn, together)
      return run(taken)
    }
    const turn = this.#follow(key, before.then(take, take))
  }

  #follow<Result>(key: string, work: Promise<Result>): Promise<Result> {
    this.#last.set(key, work)
    const forget = () => {
      if (this.#last.get(key) === work) this.#last.delete(key)
    }
    work.then(forget, forget)
    return work
  }
}
