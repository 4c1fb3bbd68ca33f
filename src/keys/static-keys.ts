import { InvalidKeyError } from '../errors.ts'
import {
  isShown,
  type KeyDescription,
  type KeyProvider,
  type KeyState,
  type SealingKey,
  sealingKey,
  shownId,
} from './key-provider.ts'
import { keyRing } from './key-ring.ts'

/**
 * One key as an operator configures it.
 *
 * @example
 * ```ts
 * const key: StaticKey = { id: '2026-11', key: randomBytes(32), state: 'pending', since: '2026-11-01' }
 * ```
 */
export interface StaticKey {
  /** A name or an unsigned 32-bit number. It must never change for this key. */
  id: number | string
  /** 32 random bytes, or their base64. */
  key: Uint8Array | string
  /** What the key may do. @defaultValue `'current'` for the first key without a state, if no key is `'current'`; else `'retired'` */
  state?: KeyState
  /** The time from which the key seals: a Date, epoch milliseconds, or text that `new Date()` accepts. */
  since?: Date | number | string
}

/**
 * Master keys that you create and store yourself.
 *
 * @param keys - each with a unique id and 32 bytes of key, newest first
 * @returns a provider that answers synchronously
 * @throws `FST_STORED_SESSION_INVALID_KEY` for a wrong length, one byte repeated, duplicates, none, or several current
 * keys
 * @example
 * ```ts
 * const keys = staticKeys([
 *   { id: '2026-11', key: process.env.SESSION_KEY! },
 *   { id: '2026-08', key: process.env.FORMER_SESSION_KEY! },
 * ])
 * ```
 */
export function staticKeys(keys: readonly StaticKey[]): KeyProvider {
  const current = currentOf(keys)
  const made = (key: StaticKey) => sealingKey(key.id, bytesOf(key), factsOf(key))
  const others = keys.filter((key) => key !== current)
  if (!current) return keyRing(undefined)
  const ring = [current, ...others].map(made)
  refuseDoubles(ring)
  const descriptions = [current, ...others].map((key, index) => descriptionOf(key, ring[index]!, key === current))
  return { ...keyRing(ring[0], ring.slice(1)), describe: () => descriptions }
}

function descriptionOf({ id: name, state }: StaticKey, { id, since }: SealingKey, isCurrent: boolean): KeyDescription {
  return {
    id,
    ...(typeof name === 'string' && isShown(name) && { name }),
    state: isCurrent ? 'current' : (state ?? 'retired'),
    ...(since !== undefined && { since }),
  }
}

function refuseDoubles(ring: readonly SealingKey[]): void {
  for (const [index, { secret }] of ring.entries()) {
    if (ring.slice(0, index).some((other) => other.secret.equals(secret))) {
      throw new InvalidKeyError('two keys have the same bytes; remove the duplicate')
    }
  }
}

const STATES: unknown[] = [undefined, 'current', 'retired', 'pending', 'revoked']

function currentOf(keys: readonly StaticKey[]): StaticKey | undefined {
  if (!Array.isArray(keys)) throw new InvalidKeyError('the keys must be a list')
  if (!keys.every((key) => typeof key === 'object' && key !== null)) {
    throw new InvalidKeyError('an entry of the list of keys is empty; write each as { id, key }')
  }
  const odd = keys.find(({ state }) => !STATES.includes(state))
  if (odd) throw new InvalidKeyError(`the state of key ${shownId(odd.id)} must be current, retired, pending or revoked`)
  const current = keys.filter(({ state }) => state === 'current')
  if (current.length > 1)
    throw new InvalidKeyError(
      'several keys have the state current; leave it on one, and set the others to retired or pending',
    )
  return current[0] ?? keys.find(({ state }) => state === undefined)
}

function factsOf({ id, state, since }: StaticKey) {
  const time = since === undefined ? undefined : timeOf(since)
  if (Number.isNaN(time)) throw new InvalidKeyError(`the date "since" of key ${shownId(id)} cannot be read`)
  return { ...(state === 'revoked' && { isRevoked: true }), ...(time !== undefined && { since: time }) }
}

function timeOf(since: unknown): number {
  const isReadable = typeof since === 'string' || typeof since === 'number' || since instanceof Date
  return isReadable ? new Date(since).getTime() : Number.NaN
}

function bytesOf({ id, key }: StaticKey): Uint8Array {
  if (typeof key !== 'string') return key
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(key)) return Buffer.from(key, 'base64')
  throw new InvalidKeyError(`key ${shownId(id)} is not base64; make one: openssl rand -base64 32`)
}
