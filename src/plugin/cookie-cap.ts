import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { deadlineOf, type Limits } from '../store/lifetime.ts'
import { provenanceOf } from '../store/provenance.ts'
import { isSession } from './is-session.ts'
import type { CheckedOptions } from './options.ts'
import { setsSessionCookie } from './session-cookie.ts'

/**
 * Sets the session's cookie once more when its date is beyond the end of its session: browsers should not keep what
 * opens nothing any more, nor an application believe them.
 */
export function capSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  { cookieName, cookiePrefix }: CheckedOptions['host'],
  limits: Limits,
): void {
  const { session } = request
  if (!isSession(session) || !(session.cookie.expires instanceof Date)) return
  const provenance = provenanceOf(session as never)
  if (!provenance || !setsSessionCookie(reply, cookieName)) return
  const end = deadlineOf(limits, provenance.lifetime, provenance.createdAt, Date.now())
  if (session.cookie.expires.getTime() <= end) return
  const { toJSON } = session.cookie as unknown as { toJSON(): CookieSerializeOptions }
  const flags = { ...toJSON.call(session.cookie), expires: new Date(end) }
  reply.setCookie(cookieName, `${cookiePrefix}${session.encryptedSessionId}`, flags)
}
