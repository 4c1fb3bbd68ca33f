/** Something that is given up at a moment, unless it ends before. */
export class Wait {
  /** By the monotonic clock, in milliseconds. */
  readonly until: number
  readonly giveUp: () => void
  before: Wait | undefined
  after: Wait | undefined
  isEnded = false

  constructor(until: number, giveUp: () => void) {
    this.until = until
    this.giveUp = giveUp
  }
}

/**
 * One timer for everything that waits at the same time, which keeps the process alive while something does.
 *
 * What waits is a chain, and whatever leaves it keeps no neighbour. In a Set, dead tables that have grown old keep what came
 * after them, which costs a third of a read in garbage collection.
 */
export class SharedTimer {
  #size = 0
  #first: Wait | undefined
  #last: Wait | undefined
  #timer: NodeJS.Timeout | undefined
  #timerEnd = Number.POSITIVE_INFINITY

  get size(): number {
    return this.#size
  }

  add(wait: Wait): void {
    this.#size++
    wait.before = this.#last
    if (this.#last) this.#last.after = wait
    else this.#first = wait
    this.#last = wait
    if (wait.until < this.#timerEnd) this.#wake(wait.until)
  }

  /** Ends what waits, or has been given up already. */
  end(wait: Wait): void {
    if (wait.isEnded) return
    wait.isEnded = true
    const { before, after } = wait
    if (before) before.after = after
    else this.#first = after
    if (after) after.before = before
    else this.#last = before
    wait.before = undefined
    wait.after = undefined
    this.#size--
    if (this.#size > 0) return
    clearTimeout(this.#timer)
    this.#timerEnd = Number.POSITIVE_INFINITY
  }

  #wake(until: number): void {
    clearTimeout(this.#timer)
    this.#timerEnd = until
    this.#timer = setTimeout(this.#giveUpLate, Math.ceil(until - performance.now()))
  }

  readonly #giveUpLate = () => {
    this.#timerEnd = Number.POSITIVE_INFINITY
    const now = performance.now()
    let next = Number.POSITIVE_INFINITY
    for (let wait = this.#first; wait; ) {
      const { after } = wait
      if (wait.until > now) next = Math.min(next, wait.until)
      else {
        this.end(wait)
        wait.giveUp()
      }
      wait = after
    }
    if (next < this.#timerEnd) this.#wake(next)
  }
}
