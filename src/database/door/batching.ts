import { Deferred } from '../../time/deferred.ts'

/** Begins a statement, and says for each item in turn whether the statement accepts it. It always accepts the first. */
type Takes<Item> = () => (item: Item) => boolean

/**
 * Runs one statement, and returns the answers in the order of its items. A failure rejects each item. Undefined when it
 * did nothing, because the items cannot share it: then each runs alone.
 */
type Run<Item, Answer> = (items: readonly Item[]) => Promise<readonly Answer[] | undefined>

/** Statements in progress at a time. With more, each would carry less; with one, a slow statement would block all. */
const MOST_UNDER_WAY = 2

/** After this time a statement counts as slow: items that gather wait for it no longer. Milliseconds. */
const PATIENCE_MS = 5

/** An item that waits for its answer. */
export class Waiting<Item, Answer> extends Deferred<Answer> {
  readonly item: Item
  /** The number of items in its statement, with this one; 0 before the answer. */
  sharers = 0

  constructor(item: Item) {
    super()
    this.item = item
  }

  answer(answer: Answer, sharers: number): void {
    this.sharers = sharers
    this.resolve(answer)
  }
}

/**
 * Puts all items of one turn of the event loop into one statement. A single item waits for no other: the statement
 * starts at the end of the turn. Under load, the next statement starts when one in progress ends, with all items that
 * have arrived by then.
 */
export class Batching<Item, Answer> {
  readonly #run: Run<Item, Answer>
  readonly #takes: Takes<Item>
  readonly #gathers: boolean
  #waiting: Waiting<Item, Answer>[] = []
  #underWay = 0
  #isLeaving = false
  #patience: NodeJS.Timeout | undefined

  /**
   * @param gathers - whether items wait for the end of a statement in progress, unless that is slow: for statements
   * that cost the database far more than a further item in one, such as a commit
   */
  constructor(run: Run<Item, Answer>, takes: Takes<Item>, { gathers = false } = {}) {
    this.#run = run
    this.#takes = takes
    this.#gathers = gathers
  }

  add(item: Item): Waiting<Item, Answer> {
    const waiting = new Waiting<Item, Answer>(item)
    this.#waiting.push(waiting)
    if (this.#leavesNow()) setImmediate(this.#leave)
    return waiting
  }

  /** Whether to start the next statement at the end of the turn. It starts once. */
  #leavesNow(gathers = this.#gathers): boolean {
    if (this.#isLeaving || this.#waiting.length === 0 || this.#underWay === MOST_UNDER_WAY) return false
    if (gathers && this.#underWay > 0) this.#patience ??= setTimeout(this.#losePatience, PATIENCE_MS)
    else this.#isLeaving = true
    return this.#isLeaving
  }

  readonly #losePatience = () => {
    this.#patience = undefined
    if (this.#leavesNow(false)) setImmediate(this.#leave)
  }

  readonly #leave = async () => {
    this.#isLeaving = false
    const batch = this.#take()
    this.#underWay++
    if (this.#leavesNow()) setImmediate(this.#leave)
    try {
      const answers = await this.#run(batch.map(({ item }) => item))
      if (!answers) await Promise.all(batch.map(this.#runAlone))
      else for (const [index, one] of batch.entries()) one.answer(answers[index]!, batch.length)
    } catch (error) {
      // An item that cannot be stored must not fail the others, so each one runs alone.
      const isOfItem = batch.length > 1 && (error as { statusCode?: unknown }).statusCode !== 503
      if (isOfItem) await Promise.all(batch.map(this.#runAlone))
      else for (const one of batch) one.reject(error)
    }
    this.#underWay--
    clearTimeout(this.#patience)
    this.#patience = undefined
    if (this.#leavesNow()) setImmediate(this.#leave)
  }

  readonly #runAlone = async (one: Waiting<Item, Answer>) => {
    try {
      const answers = await this.#run([one.item])
      one.answer(answers![0]!, 1)
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
