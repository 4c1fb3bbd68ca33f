import { UnavailableError } from '../errors.ts'
import { lateAnswer, within } from './time-limits.ts'

/** The time until which an operation may begin a step that it cannot undo. After that, its caller has its answer. */
export class Deadline {
  readonly #ms: number
  readonly #end: number
  #isAnswered = false

  /** @param ms - milliseconds from now */
  constructor(ms: number) {
    this.#ms = ms
    this.#end = performance.now() + ms
  }

  get isPast(): boolean {
    return this.#isAnswered || performance.now() >= this.#end
  }

  /**
   * Call it right before a step that cannot be undone.
   *
   * @throws `FST_STORED_SESSION_UNAVAILABLE` when the time has passed
   */
  check(): void {
    if (this.isPast) throw this.fault()
  }

  /** Waits for a promise of the application until the time has passed. */
  within<Result>(running: Promise<Result>): Promise<Result> {
    return within(Math.max(Math.ceil(this.#end - performance.now()), 0), running, () => this.fault())
  }

  /** Ends it now, because the caller has its answer: after a busy event loop, a timer may fire before the deadline. */
  end(): void {
    this.#isAnswered = true
  }

  /** The error that the caller received. */
  fault(): Error {
    return new UnavailableError({ cause: lateAnswer(this.#ms) })
  }
}
