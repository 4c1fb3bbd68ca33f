import { Deferred } from '../../time/deferred.ts'

/** Begins a statement, and says of each item in turn whether that statement takes it too. It takes the first in any case. */
export type Takes<Item> = () => (item: Item) => boolean

/** Statements under way at a time: with more, each would carry less; with one, a slow statement would hold up all. */
const MOST_UNDER_WAY = 2

/** An item that waits for the answer to it. */
export class Waiting<Item, Answer> extends Deferred<Answer> {
  readonly item: Item
  /** How many items its statement was shared by, itself included; 0 before it was answered. */
  sharers = 0

  constructor(item: Item) {
    super()
    this.item = item
  }
}

/**
 * Makes what is asked for in one turn of the event loop share one statement. Who is alone waits for nobody: a statement
 * leaves as soon as the loop has handed out what it had. Under load the next one leaves when one of those under way is
 * back, with all that has come meanwhile.
 */
export class Batching<Item, Answer> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Answer[]>
  readonly #takes: Takes<Item>
  #waiting: Waiting<Item, Answer>[] = []
  #underWay = 0
  #isLeaving = false

  /** @param run - runs one statement, and yields the answers in the order of its items; when it fails, each item does once */
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

  /** Whether the next statement is to leave, which it does once. */
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
      for (const one of batch) one.reject(error)
    }
    this.#underWay--
    if (this.#leavesNow()) setImmediate(this.#leave)
  }

  #take(): readonly Waiting<Item, Answer>[] {
    const isTaken = this.#takes()
    const end = this.#waiting.findIndex(({ item }, index) => !isTaken(item) && index > 0)
    const batch = end < 0 ? this.#waiting : this.#waiting.slice(0, end)
    this.#waiting = end < 0 ? [] : this.#waiting.slice(end)
    return batch
  }
}
