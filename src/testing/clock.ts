import { OptionChecks } from '../store/options/option-checks.ts'
import type { Duration } from '../store/options/store-options.ts'

/** A clock that stands still until the test moves it. */
export interface TestClock {
  /**
   * Moves the clock forward.
   *
   * @param by - milliseconds, or text such as `'90s'`, `'15m'`, `'2h'`, `'30d'`
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
   */
  advance(by: Duration): void
  /** Restores the real time. */
  restore(): void
}

/** The Date of the active test clock. */
let installed: DateConstructor | undefined

/**
 * Stops the time of `Date` in this process, to test timeouts without waiting for them. Timers keep running. The fake
 * timers of a test runner do the same if they replace only `Date`.
 *
 * @param start - epoch milliseconds. @defaultValue now
 * @returns the clock, which must be restored before the next one
 * @throws Error when another test clock was not restored
 * @example
 * ```ts
 * const clock = testClock()
 * clock.advance('2h')
 * clock.restore()
 * ```
 */
export function testClock(start = Date.now()): TestClock {
  if (installed) throw new Error('there is a test clock already; restore() it first')
  const RealDate = globalThis.Date
  let now = start
  const ours = standing(RealDate, () => now)
  installed = globalThis.Date = ours
  return {
    advance(by) {
      now += milliseconds(by)
    },
    restore() {
      if (installed !== ours) return
      globalThis.Date = RealDate
      installed = undefined
    },
  }
}

function standing(RealDate: DateConstructor, now: () => number): DateConstructor {
  return new Proxy(RealDate, {
    construct: (target, values, maker) => Reflect.construct(target, values.length === 0 ? [now()] : values, maker),
    apply: (target) => new target(now()).toString(),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  })
}

function milliseconds(by: Duration): number {
  const checks = new OptionChecks()
  const ms = checks.duration('advance()', by, 0)
  checks.done()
  return ms
}
