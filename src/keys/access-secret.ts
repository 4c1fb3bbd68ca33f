import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Random bytes of a secret: 256 bits. */
const BYTES = 32

/** A random text that gives access to whoever knows it: 43 characters of base64url. */
export function newAccessSecret(): string {
  return randomBytes(BYTES).toString('base64url')
}

/** Whether a value is the secret, in a time that depends on neither of them. */
export function isAccessSecret(secret: string, given: unknown): boolean {
  // Hashes have one length, whatever the length of the texts.
  return typeof given === 'string' && timingSafeEqual(digest(secret), digest(given))
}

const digest = (text: string) => hash('sha256', text, 'buffer')
