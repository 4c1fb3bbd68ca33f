import { randomBytes } from 'node:crypto'
import { KEY_BYTES } from '../key-provider.ts'

/** Bytes of a secret: 64 characters, of which none has a meaning in a URL, a shell or a file of variables. */
const SECRET_BYTES = 48

/** A new secret for the option `secret`. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/** A new key, under a name that says when it was made and that no other has. */
export function newKey(now = new Date()): { id: string; key: string } {
  const id = `${now.toISOString().slice(0, 10)}-${randomBytes(2).toString('hex')}`
  return { id, key: randomBytes(KEY_BYTES).toString('base64') }
}
