import type { Duration } from '../../time/duration.ts'
import type { OptionChecks } from './option-checks.ts'

/**
 * The option `history` as an object: how the history of sessions is kept.
 *
 * @example
 * ```ts
 * const history: HistoryOption = { retain: '30d', strict: true }
 * await app.register(storedSession, { database, secret, history })
 * ```
 */
export interface HistoryOption {
  /** How long events stay. @defaultValue `'90d'` */
  retain?: Duration
  /**
   * Whether a save or an end is acknowledged only after its event is stored, so that no crash loses one. The request
   * waits for one more statement, and gets a 503 when it fails. @defaultValue false
   */
  strict?: boolean
}

/** The checked option. */
export interface HistorySettings {
  /** Milliseconds. */
  readonly retain: number
  readonly strict: boolean
}

const USUAL_RETAIN_MS = 90 * 86_400_000
const NAMES = ['retain', 'strict']

/** Checks the `history` option; false without a history. */
export function checkHistory(history: unknown, checks: OptionChecks): HistorySettings | false {
  if (history === undefined || history === false) return false
  const isObject = typeof history === 'object' && history !== null && !Array.isArray(history)
  if (history !== true && !isObject) {
    checks.fault('history', 'must be true, false, or an object such as { retain: "90d" }')
    return false
  }
  const options: HistoryOption = isObject ? history : {}
  checks.names(options, NAMES, 'history.')
  return {
    retain: checks.duration('history.retain', options.retain, USUAL_RETAIN_MS),
    strict: checks.boolean('history.strict', options.strict, false),
  }
}
