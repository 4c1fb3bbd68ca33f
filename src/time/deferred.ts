/** A promise that is settled from outside. */
export class Deferred<Result> {
  readonly promise: Promise<Result>
  resolve!: (result: Result) => void
  reject!: (error: unknown) => void

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }
}
