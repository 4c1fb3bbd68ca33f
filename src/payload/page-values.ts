import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Separates the tokens from other values that are derived from an id. */
const LABEL = 'stored-session/csrf'

/**
 * The token that forms of a session carry: HMAC-SHA256 with the session id as the key, in base64url. Only the browser of
 * the session and the server know the id, so another site cannot make the token, and every process makes the same one.
 */
export function formTokenOf(id: string): string {
  return createHmac('sha256', id).update(LABEL).digest('base64url')
}

/** Whether a value is the token of a session, in a time that does not depend on the value. */
export function isFormToken(id: string, token: unknown): boolean {
  const expected = Buffer.from(formTokenOf(id))
  const given = Buffer.from(typeof token === 'string' ? token : '')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** A random text of letters, digits, `-` and `_` that nobody can guess: 32 bytes in base64url. */
export function randomText(): string {
  return randomBytes(32).toString('base64url')
}

/** Whether a value is a secret text, in a time that does not depend on how much of it is right. */
export function isSecretText(secret: string, value: unknown): boolean {
  // Digests have one length, whatever the texts have.
  return typeof value === 'string' && timingSafeEqual(digestOf(secret), digestOf(value))
}

const digestOf = (text: string) => createHash('sha256').update(text).digest()

/** The source expression that allows a text inside of a page, for `Content-Security-Policy`. */
export function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** A short text that changes with a text, for its address. */
export function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
