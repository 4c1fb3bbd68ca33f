import type { OptionChecks } from '../store/options/option-checks.ts'
import type { Duration } from '../store/options/store-options.ts'

/**
 * The option `deviceBound` as an object: how sessions are bound to the devices that they are used on.
 *
 * @see W3C Device Bound Session Credentials, https://w3c.github.io/webappsec-dbsc/
 * @example
 * ```ts
 * const deviceBound: DeviceBoundOptions = { refresh: '5m', require: 'always' }
 * await app.register(storedSession, { database, secret, deviceBound })
 * ```
 */
export interface DeviceBoundOptions {
  /**
   * How long a proof of the device counts, from `'1s'` to `'1h'`. Browsers renew it at most twice in five minutes.
   * @defaultValue `'10m'`
   */
  refresh?: Duration
  /** The path below which browsers bind and renew: `<path>/register` and `<path>/refresh`. @defaultValue `'/dbsc'` */
  path?: string
  /**
   * `'when-bound'`: a session stays usable without a device in browsers that cannot bind. `'always'`: a session that is
   * not bound within `grace` ends. @defaultValue `'when-bound'`
   */
  require?: 'when-bound' | 'always'
  /** How long after the sign-in a browser may bind the session, from `'1s'` to `'1h'`. @defaultValue `'2m'` */
  grace?: Duration
}

/** The checked options, durations in milliseconds. */
export interface CheckedDeviceBound {
  readonly refresh: number
  readonly path: string
  readonly isRequired: boolean
  readonly grace: number
}

const OPTION_NAMES = ['refresh', 'path', 'require', 'grace'] as const

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const USUAL = { refresh: 10 * MINUTE_MS, grace: 2 * MINUTE_MS }

/** Only characters that need no encoding, and that a route does not take for a parameter. */
const PATH = /^(\/[\w.~-]+)+$/

/** Checks the option `deviceBound`; undefined when it is off. */
export function checkDeviceBound(option: unknown, checks: OptionChecks): CheckedDeviceBound | undefined {
  if (option === undefined || option === false) return undefined
  if (option !== true && (typeof option !== 'object' || option === null || Array.isArray(option))) {
    checks.fault('deviceBound', 'must be true, false, or an object such as { refresh: "10m" }')
    return undefined
  }
  const options: DeviceBoundOptions = option === true ? {} : option
  checks.names(options, OPTION_NAMES, 'deviceBound.')
  const path = checks.text('deviceBound.path', options.path, '/dbsc')
  if (!PATH.test(path))
    checks.fault(
      'deviceBound.path',
      'must be a path such as "/dbsc", of letters, digits and "-._~", without "/" at its end',
    )
  const { require: required = 'when-bound' } = options
  if (required !== 'when-bound' && required !== 'always')
    checks.fault('deviceBound.require', 'must be "when-bound" or "always"')
  return {
    refresh: between('refresh', options.refresh, checks),
    path,
    isRequired: required === 'always',
    grace: between('grace', options.grace, checks),
  }
}

function between(name: 'refresh' | 'grace', value: unknown, checks: OptionChecks): number {
  const ms = checks.duration(`deviceBound.${name}`, value, USUAL[name])
  if (ms < SECOND_MS || ms > HOUR_MS) checks.fault(`deviceBound.${name}`, 'must be from "1s" to "1h"')
  return ms
}
