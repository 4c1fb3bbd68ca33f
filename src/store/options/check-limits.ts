import type { Limits } from '../core/lifetime.ts'
import { type AssuranceLevel, CEILINGS, type Ceilings, NO_CEILINGS } from './lifetime-presets.ts'
import type { OptionChecks } from './option-checks.ts'
import type { StoreOptions } from './store-options.ts'

const USUAL_IDLE_MS = 2 * 60 * 60 * 1000
const USUAL_AGE_MS = 30 * 24 * 60 * 60 * 1000
const USUAL_TOUCH_INTERVAL_MS = 60_000

/** Checks the options that say how long sessions live. */
export function checkLimits(options: StoreOptions, checks: OptionChecks): Omit<Limits, 'grace'> {
  const ceilings = ceilingsOf(options.lifetime, checks)
  const idleTimeout = checkIdle(options, ceilings, checks)
  const touchInterval = checks.duration('touchInterval', options.touchInterval, USUAL_TOUCH_INTERVAL_MS)
  if (options.touchInterval !== undefined && touchInterval >= idleTimeout) {
    checks.fault(
      'touchInterval',
      'must be shorter than idleTimeout, because sessions in use would expire otherwise; shorten it',
    )
  }
  return {
    idleTimeout,
    longestIdle: ceilings.idle,
    absoluteTimeout: checkAge(options, ceilings, checks),
    touchInterval,
    rolling: checks.boolean('rolling', options.rolling, true),
  }
}

/** What an option must be when a `lifetime` is stricter than it. */
export const atMost = (ms: number) =>
  `must be at most ${ms} ms (${ms / 3_600_000} h) with this lifetime; shorten it, or choose another lifetime`

function ceilingsOf(lifetime: unknown, checks: OptionChecks): Ceilings {
  if (lifetime === undefined) return NO_CEILINGS
  if (typeof lifetime === 'string' && Object.hasOwn(CEILINGS, lifetime)) return CEILINGS[lifetime as AssuranceLevel]
  checks.fault(
    'lifetime',
    `must be ${Object.keys(CEILINGS)
      .map((name) => `"${name}"`)
      .join(', ')}`,
  )
  return NO_CEILINGS
}

function checkIdle(options: StoreOptions, { idle }: Ceilings, checks: OptionChecks): number {
  const timeout = checks.duration('idleTimeout', options.idleTimeout, Math.min(USUAL_IDLE_MS, idle))
  if (timeout > idle) checks.fault('idleTimeout', atMost(idle))
  return Math.min(timeout, idle)
}

function checkAge(options: StoreOptions, { age }: Ceilings, checks: OptionChecks): number | false {
  const isEndless = options.absoluteTimeout === false
  if (isEndless && age === Number.POSITIVE_INFINITY) return false
  const timeout = isEndless
    ? Number.POSITIVE_INFINITY
    : checks.duration('absoluteTimeout', options.absoluteTimeout as number, Math.min(USUAL_AGE_MS, age))
  if (timeout > age) checks.fault('absoluteTimeout', atMost(age))
  return Math.min(timeout, age)
}
