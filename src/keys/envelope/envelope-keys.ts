import { type Duration, durationMs } from '../../time/duration.ts'
import { refuseFaults } from '../fault-list.ts'
import type { KeyProvider } from '../key-provider.ts'
import { DataKeys } from './data-keys.ts'
import { type KeyCalls, KeyService } from './key-service.ts'

/**
 * The options of {@link envelopeKeys}: the calls that wrap data keys, and the limits for the use of each key.
 *
 * @example
 * ```ts
 * const options: EnvelopeOptions = {
 *   wrap: (key, context, signal) => service.encrypt(key, context, signal),
 *   unwrap: (wrapped, context, signal) => service.decrypt(wrapped, context, signal),
 *   hardTimeout: '3s',
 * }
 * ```
 */
export interface EnvelopeOptions extends KeyCalls {
  /** How long a data key seals, from `'1m'` to `'1d'`. @defaultValue `'1d'` */
  rotateEvery?: Duration
  /** The maximum number of payloads that a process seals with one data key. @defaultValue 4294967296 */
  rotateAfter?: number
  /** The age at which an unwrapped key is unwrapped again, in the background. @defaultValue `'1d'` */
  recheckAfter?: Duration
  /** The age from which a key is refused with a 503 if the service has not unwrapped it again. @defaultValue `'7d'` */
  refuseAfter?: Duration
  /** Calls to the service that take longer raise the event `slowKeyService`. @defaultValue `'1s'` */
  softTimeout?: Duration
  /** A call that takes longer fails: requests that need the key get a 503. @defaultValue `'5s'` */
  hardTimeout?: Duration
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const YEAR_MS = 365 * DAY_MS
const MOST_SEALS = 2 ** 32

/**
 * Data keys that a key service wraps, such as AWS KMS, Google Cloud KMS or Vault's transit engine. The wrapped keys are
 * stored in a table next to the sessions. Each process calls the service once a day for each key, and never during a
 * request whose key is known. The next key is created in the background while the current one can still be used.
 *
 * @param options - two calls to the service, and limits
 * @returns a provider for the `keys` option; it works only there
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
 * @see NIST SP 800-57 part 1, 5.3 (cryptoperiods)
 * @example
 * ```ts
 * const keys = envelopeKeys({
 *   wrap: (key, context, signal) => service.encrypt(key, context, signal),
 *   unwrap: (wrapped, context, signal) => service.decrypt(wrapped, context, signal),
 * })
 * await app.register(storedSession, { database, secret, keys })
 * ```
 */
export function envelopeKeys(options: EnvelopeOptions): KeyProvider {
  const { calls, callLimits, limits } = checked(options)
  return {
    current: unattached,
    find: unattached,
    attach: (storage) => new DataKeys(new KeyService(calls, callLimits, storage), storage, limits),
  }
}

function unattached(): never {
  throw new Error('envelopeKeys has no table for its keys yet; use it after the store has opened')
}

const NAMES = [
  ...['wrap', 'unwrap', 'rotateEvery', 'rotateAfter'],
  ...['recheckAfter', 'refuseAfter', 'softTimeout', 'hardTimeout'],
]

function checked(options: EnvelopeOptions) {
  const given = options ?? {}
  const { wrap, unwrap, rotateAfter = MOST_SEALS } = given
  const faults = Object.keys(given)
    .filter((name) => !NAMES.includes(name))
    .map((name) => `${name} is not an option; there are ${NAMES.join(', ')}`)
  if (typeof wrap !== 'function') faults.push('wrap must be a function that encrypts a key')
  if (typeof unwrap !== 'function') faults.push('unwrap must be a function that decrypts a key')
  if (!Number.isInteger(rotateAfter) || rotateAfter < 1 || rotateAfter > MOST_SEALS) {
    faults.push(`rotateAfter must be a whole number from 1 to ${MOST_SEALS}`)
  }
  const rotateEvery = duration('rotateEvery', given.rotateEvery, DAY_MS, [MINUTE_MS, DAY_MS], faults)
  const hardTimeout = duration('hardTimeout', given.hardTimeout, 5_000, [1, MINUTE_MS], faults)
  const softTimeout = duration('softTimeout', given.softTimeout, 1_000, [1, MINUTE_MS], faults)
  if (given.softTimeout !== undefined && softTimeout >= hardTimeout) {
    faults.push('softTimeout must be shorter than hardTimeout')
  }
  const refuseAfter = duration('refuseAfter', given.refuseAfter, 7 * DAY_MS, [MINUTE_MS, YEAR_MS], faults)
  const recheckAfter = duration(
    'recheckAfter',
    given.recheckAfter,
    Math.min(DAY_MS, refuseAfter / 2),
    [1_000, YEAR_MS],
    faults,
  )
  if (given.recheckAfter !== undefined && recheckAfter >= refuseAfter) {
    faults.push('recheckAfter must be shorter than refuseAfter')
  }
  refuseFaults(faults, 'envelopeKeys')
  const calls: KeyCalls = { wrap: wrap.bind(options), unwrap: unwrap.bind(options) }
  const limits = { rotateEvery, rotateAfter, recheckAfter, refuseAfter }
  return { calls, callLimits: { softTimeout, hardTimeout }, limits }
}

function duration(name: string, given: unknown, otherwise: number, [least, most]: [number, number], faults: string[]) {
  const ms = given === undefined ? otherwise : durationMs(given)
  if (ms !== undefined && ms >= least && ms <= most) return ms
  faults.push(`${name} must be a duration from ${least} to ${most} milliseconds, or text such as "90s" or "12h"`)
  return otherwise
}
