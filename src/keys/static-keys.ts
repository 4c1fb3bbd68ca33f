import { InvalidKeyError } from '../errors.ts'
import { type KeyProvider, keyRing, type SealingKey, sealingKey } from './key-provider.ts'

/** One key as an operator writes it down. */
export interface StaticKey {
  /** A name or an unsigned 32-bit number that stays with this key for ever. */
  id: number | string
  /** 32 random bytes, or their base64. */
  key: Uint8Array | string
}

/**
 * Master keys that you make and keep yourself. The first is current; the others only open what they sealed.
 *
 * @param keys - each with an id of its own and 32 bytes of key, newest first
 * @returns a provider that answers at once
 * @throws `FST_STORED_SESSION_INVALID_KEY` for a wrong length, one byte repeated, doubles, or none at all
 * @example
 * ```ts
 * const keys = staticKeys([{ id: '2026-11', key: process.env.SESSION_KEY }])
 * ```
 */
export function staticKeys(keys: readonly StaticKey[]): KeyProvider {
  const ring = keys.map(({ id, key }) => sealingKey(id, typeof key === 'string' ? fromBase64(id, key) : key))
  refuseDoubles(ring)
  return keyRing(ring)
}

function fromBase64(id: number | string, text: string): Buffer {
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return Buffer.from(text, 'base64')
  throw new InvalidKeyError(`key ${JSON.stringify(id)} is not base64; make one: openssl rand -base64 32`)
}

function refuseDoubles(ring: readonly SealingKey[]): void {
  for (const [index, { secret }] of ring.entries()) {
    if (ring.some((other, before) => before < index && other.secret.equals(secret))) {
      throw new InvalidKeyError('two keys have the same bytes; remove the double')
    }
  }
}
