import { OptionChecks } from '../store/options/option-checks.ts'
import type { VisitLimits } from './visits.ts'

/**
 * The options of {@link limitedSession}: one limit or both, in milliseconds or as text: `'90s'`, `'15m'`, `'2h'`.
 *
 * @example
 * ```ts
 * const options: LimitedSessionOptions = { idleTimeout: '2h', absoluteTimeout: '12h' }
 * ```
 */
export interface LimitedSessionOptions {
  /**
   * A session that is unused for this long expires; at most 5 minutes later, or 10 seconds for limits up to 10 minutes.
   * @defaultValue false
   */
  idleTimeout?: number | string | false
  /** A session expires at this age, even when it is in use. @defaultValue false */
  absoluteTimeout?: number | string | false
}

/** The plugin options that Fastify itself reads. */
const FASTIFY_OPTIONS = ['prefix', 'logLevel', 'logSerializers']

/** @throws `FST_STORED_SESSION_INVALID_OPTIONS`, naming every fault with its fix */
export function checkLimits(options: LimitedSessionOptions): VisitLimits {
  const checks = new OptionChecks()
  checks.names(options, ['idleTimeout', 'absoluteTimeout', ...FASTIFY_OPTIONS])
  const limitOf = (name: 'idleTimeout' | 'absoluteTimeout') =>
    options[name] !== undefined && options[name] !== false && checks.duration(name, options[name], 1)
  const limits = { idleTimeout: limitOf('idleTimeout'), absoluteTimeout: limitOf('absoluteTimeout') }
  if (limits.idleTimeout === false && limits.absoluteTimeout === false) {
    checks.fault(
      'idleTimeout',
      'or absoluteTimeout must be given, because without both no session has a limit; set one of them',
    )
  }
  checks.done('limitedSession')
  return limits
}
