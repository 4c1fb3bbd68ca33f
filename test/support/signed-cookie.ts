import { createHmac } from 'node:crypto'
import { secret } from './stores.ts'

/** The value of the cookie of a session, as @fastify/session and express-session sign it. */
export function signedCookie(id: string): string {
  const signature = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '')
  return `${id}.${signature}`
}
