/** Remembers a failure for a while, so that later callers do not repeat the call at once. */
export class LastFailure {
  #error: Error | undefined
  #at = 0

  note(error: Error): void {
    this.#error = error
    this.#at = Date.now()
  }

  /** The failure, when it is younger than so many milliseconds. A clock that was set back ends it. */
  within(ms: number): Error | undefined {
    const age = Date.now() - this.#at
    return age >= 0 && age < ms ? this.#error : undefined
  }
}
