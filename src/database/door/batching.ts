import { Deferred } from '../../time/deferred.ts'

/** Begins a statement, and says for each item in turn whether the statement accepts it. It always accepts the first. */
type Takes<Item> = () => (item: Item) => boolean

/** Statements in progress at a time. With more, each would carry less; with one, a slow statement would block all. */
const MOST_UNDER_WAY = 2

/** An item that waits for its answer. */
export class Waiting<Item, Answer> extends Deferred<Answer> {
  readonly item: Item
  /** The number of items in its statement, with this one; 0 before the answer. */
  sharers = 0

  constructor(item: Item) {
    super()
    this.item = item
  }
}

/**
 * Puts all items of one turn of the event loop into one statement. A single item waits for no other: the statement
 * starts at the end of the turn. Under load, the next statement starts when one in progress ends, with all items that
 * have arrived by then.
 */
export class Batching<Item, Answer> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Answer[]>
  readonly #takes: Takes<Item>
  #waiting: Waiting<Item, Answer>[] = []
  #underWay = 0
  #isLeaving = false

  /** @param run - runs one statement, and returns the answers in the order of its items; a failure rejects each item */
  constructor(run: (items: readonly Item[]) => Promise<readonly Answer[]>, takes: Takes<Item>) {
    this.#run = run
    this.#takes = takes
  }

  add(item: Item): Waiting<Item, Answer> {
    const waiting = new Waiting<Item, Answer>(item)
    this.#waiting.push(waiting)
    if (this.#leavesNow()) setImmediate(this.#leave)
    return waiting
  }

  /** Whether to start the next statement. It starts once. */
  #leavesNow(): boolean {
    if (this.#isLeaving || this.#waiting.length === 0 || this.#underWay === MOST_UNDER_WAY) return false
    this.#isLeaving = true
    return true
  }

  readonly #leave = async () => {
    this.#isLeaving = false
    const batch = this.#take()
    this.#underWay++
    if (this.#leavesNow()) setImmediate(this.#leave)
    try {
      const answers = await this.#run(batch.map(({ item }) => item))
      batch.forEach((one, index) => {
        one.sharers = batch.length
        one.resolve(answers[index]!)
      })
    } catch (error) {
      // An item that cannot be stored must not fail the others, so each one runs alone.
      const isOfItem = batch.length > 1 && (error as { statusCode?: unknown }).statusCode !== 503
      if (isOfItem) await Promise.all(batch.map(this.#runAlone))
      else for (const one of batch) one.reject(error)
    }
    this.#underWay--
    if (this.#leavesNow()) setImmediate(this.#leave)
  }

  readonly #runAlone = async (one: Waiting<Item, Answer>) => {
    try {
      const [answer] = await this.#run([one.item])
      one.sharers = 1
      one.resolve(answer!)
    } catch (error) {
      one.reject(error)
    }
  }

  #take(): readonly Waiting<Item, Answer>[] {
    const isTaken = this.#takes()
    const end = this.#waiting.findIndex(({ item }, index) => !isTaken(item) && index > 0)
    const batch = end < 0 ? this.#waiting : this.#waiting.slice(0, end)
    this.#waiting = end < 0 ? [] : this.#waiting.slice(end)
    return batch
  }
}
