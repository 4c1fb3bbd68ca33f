import type { Evict, UserLimit } from '../core/core.ts'
import type { Limits } from '../core/lifetime.ts'
import { type AssuranceLevel, CEILINGS, type Ceilings, NO_CEILINGS } from './lifetime-presets.ts'
import type { OptionChecks } from './option-checks.ts'
import type { StoreOptions } from './store-options.ts'

const USUAL_IDLE_MS = 2 * 60 * 60 * 1000
const USUAL_AGE_MS = 30 * 24 * 60 * 60 * 1000
const USUAL_TOUCH_INTERVAL_MS = 60_000

/** Checks the options for the lifetime of sessions. */
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

/** The message for an option that exceeds the limit of the chosen `lifetime`. */
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

const LARGEST = 1_000
const ORDERS: readonly Evict[] = ['oldest', 'least-recent', 'refuse']

/** Checks `maxPerUser` and `evict`; undefined without a limit. */
export function checkMaxPerUser(options: StoreOptions, checks: OptionChecks): UserLimit | undefined {
  const { maxPerUser, evict = 'oldest', user, database } = options
  if (!ORDERS.includes(evict)) checks.fault('evict', `must be ${ORDERS.map((name) => `"${name}"`).join(', ')}`)
  if (maxPerUser === undefined) {
    if (options.evict !== undefined)
      checks.fault('evict', 'needs maxPerUser, the number of sessions a user may have; set it too')
    return undefined
  }
  const most = checks.integer('maxPerUser', maxPerUser, 1, 1, LARGEST)
  if (user === undefined)
    checks.fault('maxPerUser', 'needs the option user, which returns the user of a session; set it too')
  if (isOwnStorage(database) && !database.listing) {
    checks.fault('maxPerUser', 'needs a storage with a listing; implement listing of the type SessionDatabase')
  }
  return { most, evict }
}

function isOwnStorage(database: unknown): database is { listing?: unknown } {
  return typeof database === 'object' && database !== null && 'endUser' in database
}
