import { derivedKeys, SECRET_CHARACTERS } from '../../keys/derived-keys.ts'
import type { KeyProvider } from '../../keys/key-provider.ts'
import type { SessionEventEmitter } from '../core/events.ts'
import type { OptionChecks } from './option-checks.ts'
import type { CheckedStoreOptions, StoreOptions } from './store-options.ts'

const DAY_MS = 86_400_000
const NINETY_DAYS_MS = 90 * DAY_MS
const LARGEST_BYTES = 1_073_741_824
const LONGEST_NAMESPACE = 255

type SealingOptions = Pick<
  CheckedStoreOptions,
  'bindToCookie' | 'namespace' | 'compressAbove' | 'acceptUnencryptedUntil' | 'warnKeyAge'
>

/** Checks the options for sealing payloads. */
export function checkSealing(options: StoreOptions, checks: OptionChecks): SealingOptions {
  const { compressAbove = false, warnKeyAge, namespace } = options
  if (
    namespace !== undefined &&
    (typeof namespace !== 'string' || !namespace || namespace.length > LONGEST_NAMESPACE)
  ) {
    checks.fault('namespace', `must be a string of 1 to ${LONGEST_NAMESPACE} characters`)
  } else if (namespace?.isWellFormed() === false) {
    // UTF-8 encodes every half in the same way, so two namespaces could become one.
    checks.fault('namespace', 'contains half of a surrogate pair, which is not valid Unicode; remove it')
  }
  return {
    bindToCookie: checks.boolean('bindToCookie', options.bindToCookie, false),
    namespace,
    compressAbove:
      compressAbove === false ? false : checks.integer('compressAbove', compressAbove, 0, 0, LARGEST_BYTES),
    acceptUnencryptedUntil: checkUntil(options.acceptUnencrypted, checks),
    warnKeyAge: warnKeyAge === false ? false : checks.duration('warnKeyAge', warnKeyAge, NINETY_DAYS_MS),
  }
}

function checkUntil(accept: StoreOptions['acceptUnencrypted'], checks: OptionChecks): number {
  if (accept === undefined) return 0
  const until: unknown = accept?.until
  const time = until instanceof Date ? until.getTime() : Number.NaN
  if (Number.isNaN(time))
    checks.fault('acceptUnencrypted', 'must be { until: Date }, because the mode needs an end date; set one')
  else checks.names(accept, ['until'], 'acceptUnencrypted.')
  if (time - Date.now() > LONGEST_UNENCRYPTED_DAYS * DAY_MS) {
    checks.fault(
      'acceptUnencrypted.until',
      `must be at most ${LONGEST_UNENCRYPTED_DAYS} days ahead: until then a client that can write to the database can make sessions of any user; set a date within ${LONGEST_UNENCRYPTED_DAYS} days`,
    )
  }
  return time
}

/** Checks `keys` and `secret`. */
export function checkKeys({ keys, secret }: StoreOptions, checks: OptionChecks): KeyProvider {
  if (keys !== undefined) {
    if (isProvider(keys)) return keys
    checks.fault('keys', 'must be a key provider, such as staticKeys([...])')
  } else if (isSecret(secret)) return derivedKeys(secret)
  else checks.fault('secret', secretFault(secret))
  return { current: () => undefined as never, find: () => undefined }
}

function isProvider(keys: unknown): keys is KeyProvider {
  const { current, find, refresh, attach } = (keys ?? {}) as Partial<Record<keyof KeyProvider, unknown>>
  const areOptional = [refresh, attach].every((method) => method === undefined || typeof method === 'function')
  return typeof current === 'function' && typeof find === 'function' && areOptional
}

/** Whether this is one secret, or several different secrets, of sufficient length. */
export function isSecret(secret: unknown): secret is string | string[] {
  const secrets = Array.isArray(secret) ? secret : [secret]
  const areLong = secrets.every((one) => typeof one === 'string' && one.length >= SECRET_CHARACTERS)
  return secrets.length > 0 && areLong && new Set(secrets).size === secrets.length
}

/** Describes the fault of a secret without showing the secret. */
export function secretFault(secret: unknown): string {
  if (secret === undefined) return 'is missing; make one with: openssl rand -base64 48'
  return `must be a string of ${SECRET_CHARACTERS} or more characters, or a list of different ones; make one with: openssl rand -base64 48`
}

/** While unsealed rows are accepted, write access to the database can create sessions, so the mode must end. */
const LONGEST_UNENCRYPTED_DAYS = 30

/** Emits an event if `acceptUnencrypted` is on and its date is in the future. */
export function warnOfUnencrypted(events: SessionEventEmitter, until: number): void {
  if (Date.now() < until) events.emit('acceptsUnencrypted', { until: new Date(until) })
}
