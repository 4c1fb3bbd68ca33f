/** Runs what concerns one key one after another, and different keys side by side. Empty lanes are forgotten. */
export class Lanes {
  readonly #tails = new Map<string, Promise<unknown>>()

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

  /** Resolves when everything that is under way now is done, however it ended. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#tails.values())
  }
}
