const RealDate = Date

/** Lets `Date` show other times in this process, until it is reset. Timers are not changed. */
export class MovedClock {
  /** The time that it shows, epoch milliseconds. */
  now = RealDate.now()

  constructor() {
    globalThis.Date = new Proxy(RealDate, {
      construct: (date, args) => Reflect.construct(date, args.length === 0 ? [this.now] : args),
      get: (date, name) => (name === 'now' ? () => this.now : Reflect.get(date, name)),
    })
  }

  reset(): void {
    globalThis.Date = RealDate
  }
}
