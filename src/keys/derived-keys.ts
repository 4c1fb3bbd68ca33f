import { hkdfSync } from 'node:crypto'
import { InvalidKeyError } from '../errors.ts'
import { KEY_BYTES, type KeyProvider, type SealingKey, sealingKey } from './key-provider.ts'
import { keyRing } from './key-ring.ts'

/** The minimum length of a secret in characters; @fastify/session requires the same. */
export const SECRET_CHARACTERS = 32

/**
 * Master keys derived from the secret that signs the cookie: the default of the `keys` option. The first of several
 * secrets seals, and all of them open. To rotate a secret, add the new one as the first.
 *
 * @param secrets - one secret, or several, of 32 characters or more each
 * @returns a provider that answers synchronously
 * @throws `FST_STORED_SESSION_INVALID_KEY` for a short or repeated secret
 * @see RFC 5869 (HKDF), here with SHA-512
 * @example
 * ```ts
 * const keys = derivedKeys([process.env.SESSION_SECRET!, process.env.FORMER_SESSION_SECRET!])
 * ```
 */
export function derivedKeys(secrets: string | readonly string[]): KeyProvider {
  const list: readonly unknown[] = Array.isArray(secrets) ? secrets : [secrets]
  const [current, ...former] = list.map(derivedKey)
  return keyRing(current, former)
}

function derivedKey(secret: unknown, index: number): SealingKey {
  if (typeof secret !== 'string' || secret.length < SECRET_CHARACTERS) {
    throw new InvalidKeyError(
      `secret ${index + 1} is shorter than ${SECRET_CHARACTERS} characters; make one: openssl rand -base64 48`,
    )
  }
  const derive = (purpose: string, bytes: number) =>
    Buffer.from(hkdfSync('sha512', secret, '', `stored-session/${purpose}`, bytes))
  return sealingKey(derive('key-id', 4).readUInt32BE(), derive('master-key', KEY_BYTES))
}
