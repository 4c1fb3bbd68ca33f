import { UnavailableError } from '../errors.ts'
import { lateAnswer } from './time-limits.ts'

/** Until when an operation may begin something that it cannot take back. After that its caller has been answered. */
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
   * To be called right before a step that cannot be taken back.
   *
   * @throws `FST_STORED_SESSION_UNAVAILABLE` when the time is up
   */
  check(): void {
    if (this.isPast) throw this.fault()
  }

  /** Ends it now, because the caller has been answered: timers may be early by what the event loop was busy. */
  end(): void {
    this.#isAnswered = true
  }

  /** What the caller was answered. */
  fault(): Error {
    return new UnavailableError({ cause: lateAnswer(this.#ms) })
  }
}
