import { within } from '../database/patience.ts'
import { OverloadedError } from '../errors.ts'
import { Deadline } from './deadline.ts'

/** Operations that wait at a time, at most: those behind them could not be served before their time is up either. */
export const MOST_WAITING = 10_000

/** What the host asks of the store, bounded in number and in time, whatever it waits for. */
export class Operations {
  readonly #timeout: number
  #waiting = 0

  /** @param timeout - milliseconds that an operation may take */
  constructor(timeout: number) {
    this.#timeout = timeout
  }

  /** How many wait now. */
  get waiting(): number {
    return this.#waiting
  }

  /**
   * Runs one.
   *
   * @param work - gets the deadline after which it may begin nothing that it cannot take back
   * @param allowance - how many times as long the caller waits, for work that has to find out what became of its last step
   * @throws `FST_STORED_SESSION_OVERLOADED` at once when too many wait, and `FST_STORED_SESSION_UNAVAILABLE` when the
   * time is up: whether it is done then is not known
   */
  run<Result>(work: (deadline: Deadline) => Result | Promise<Result>, allowance = 1): Result | Promise<Result> {
    if (this.#waiting >= MOST_WAITING) throw new OverloadedError()
    const deadline = new Deadline(this.#timeout)
    const result = work(deadline)
    if (!(result instanceof Promise)) return result
    this.#waiting++
    const answer = within(this.#timeout * allowance, result, () => {
      deadline.end()
      return deadline.fault()
    })
    answer.then(this.#end, this.#end)
    return answer
  }

  readonly #end = () => {
    this.#waiting--
  }
}
