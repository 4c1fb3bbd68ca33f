import { mock } from 'node:test'

/** The time that everybody in this process has, which passes when we say so. */
export class Clock {
  #now = Date.UTC(2030, 0, 1)

  constructor() {
    mock.timers.enable({ apis: ['Date'], now: this.#now })
  }

  advance(ms: number): void {
    this.#now += Math.round(ms)
    mock.timers.setTime(this.#now)
  }

  reset(): void {
    mock.timers.reset()
  }
}
