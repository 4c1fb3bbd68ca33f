import { createHmac, timingSafeEqual } from 'node:crypto'

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
