import { OverloadedError } from '../errors.ts'
import { Deadline } from '../time/deadline.ts'
import { SharedTimer, Wait } from '../time/shared-timer.ts'
import { isHeard, type Operation, perform, type Task } from './core/operation.ts'
import type { Opening } from './opening.ts'

/** The most operations that wait at a time: the store could not serve any more before their timeout. */
export const MOST_WAITING = 10_000

/** Runs the operations of requests, and limits their number and their time. */
export class Operations {
  readonly #opening: Opening
  readonly #timeout: number
  readonly #timer = new SharedTimer()

  /** @param timeout - milliseconds that an operation may take */
  constructor(opening: Opening, timeout: number) {
    this.#opening = opening
    this.#timeout = timeout
  }

  /** The number of operations that wait now. */
  get waiting(): number {
    return this.#timer.size
  }

  /**
   * Runs a task once the store is open.
   *
   * @returns its result; a rejection with `FST_STORED_SESSION_OVERLOADED` at once when too many operations wait, and
   * with `FST_STORED_SESSION_UNAVAILABLE` after the timeout, when the outcome of the task is not known
   */
  run<Args extends unknown[], Result>(task: Task<Args, Result>, ...args: Args): Result | Promise<Result> {
    if (this.#timer.size >= MOST_WAITING) return Promise.reject(new OverloadedError())
    const operation = { deadline: new Deadline(this.#timeout) }
    const { core } = this.#opening
    try {
      const result = !core
        ? this.#open(operation, task, args)
        : isHeard(core, task)
          ? perform(core, operation, task, ...args)
          : task.work(core, operation, ...args)
      return result instanceof Promise ? this.#inTime(operation, result, task.allowance) : result
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async #open<Args extends unknown[], Result>(operation: Operation, task: Task<Args, Result>, args: Args) {
    return perform(await this.#opening.open(), operation, task, ...args)
  }

  /** Waits for the result of an operation until its timeout. */
  #inTime<Result>({ deadline }: Operation, result: Promise<Result>, allowance = 1): Promise<Result> {
    return new Promise((resolve, reject) => {
      const wait = new Wait(performance.now() + this.#timeout * allowance, () => {
        deadline.end()
        reject(deadline.fault())
      })
      this.#timer.add(wait)
      const end = () => this.#timer.end(wait)
      result.then(resolve, reject)
      result.then(end, end)
    })
  }
}
