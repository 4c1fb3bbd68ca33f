import type { CookieSerializeOptions } from '@fastify/cookie'
import type { CookieOptions } from '@fastify/session'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { deadlineOf, type Limits } from '../store/core/lifetime.ts'
import { refuseLifetime, unsendable } from '../store/live/content.ts'
import { loadedVersionOf } from '../store/live/loaded-version.ts'
import type { CheckedOptions } from './options.ts'
import { isSession } from './request-state.ts'

/**
 * Clears the session's cookie, and replaces any other line about it in this response. The line needs the flags that the
 * cookie was set with: browsers drop a line for a `__Host-` cookie without Secure, for a partitioned cookie without
 * Partitioned, and a line without SameSite=None in a frame of another site.
 */
export function clearSessionCookie(reply: FastifyReply, name: string, cookie: CookieOptions): void {
  // The host derives the flags in the same way.
  const isDowngraded = cookie.secure === 'auto' && reply.request.protocol !== 'https'
  const secure = isDowngraded ? false : cookie.secure !== false
  const sameSite = (isDowngraded ? 'lax' : cookie.sameSite) || undefined
  const flags = { ...cookie, path: cookie.path || '/', httpOnly: cookie.httpOnly ?? true, secure, sameSite }
  reply.clearCookie(name, flags as CookieSerializeOptions)
}

type SessionCookie = FastifyRequest['session']['cookie']

/** The flags of a Set-Cookie line, which are the same for nearly every cookie of an application. */
const FLAGS = ['path', 'domain', 'sameSite', 'secure', 'httpOnly', 'partitioned'] as const

/**
 * Makes a check that refuses a cookie that cannot be serialized, such as a cookie with a date in the year 10000. The
 * host would throw inside the callback of a save, where the error is uncaught, and the process would end.
 *
 * @returns a function that throws `FST_STORED_SESSION_UNSTORABLE`
 */
export function unsendableCheck(fastify: FastifyInstance): (session: FastifyRequest['session']) => void {
  let sendable: SessionCookie | undefined
  return ({ cookie }) => {
    refuseLifetime({ cookie }, Date.now())
    if (sendable && cookie && hasFlagsOf(sendable, cookie)) return
    try {
      const { toJSON } = cookie as unknown as { toJSON(): CookieSerializeOptions }
      fastify.serializeCookie('session', '', toJSON.call(cookie) as never)
    } catch (cause) {
      throw unsendable('cookie', UNSENDABLE, cause)
    }
    sendable = { ...cookie }
  }
}

const UNSENDABLE =
  'has a flag that no cookie can have; set only path, domain, secure, httpOnly, sameSite and partitioned'

function hasFlagsOf(one: SessionCookie, other: SessionCookie): boolean {
  return FLAGS.every((flag) => one[flag as keyof SessionCookie] === other[flag as keyof SessionCookie])
}

/** Whether this response sets the session's cookie. */
export function setsSessionCookie(reply: FastifyReply, name: string): boolean {
  const lines = [reply.getHeader('set-cookie') ?? []].flat().map(String)
  return lines.some((line) => line.startsWith(`${name}=`) && !line.startsWith(`${name}=;`))
}

/** Whether this response clears the session's cookie. */
export function clearsSessionCookie(reply: FastifyReply, name: string): boolean {
  const lines = [reply.getHeader('set-cookie') ?? []].flat().map(String)
  return lines.findLast((line) => line.startsWith(`${name}=`))?.startsWith(`${name}=;`) ?? false
}

/**
 * Keeps only the last of several Set-Cookie lines for one name. The host clears and sets a cookie in one response, and
 * a server should not send two cookies with one name.
 *
 * @see RFC 6265, section 4.1.1
 */
export function keepLastSessionCookie(reply: FastifyReply, name: string): void {
  const header = reply.getHeader('set-cookie')
  if (!Array.isArray(header)) return
  const last = header.findLastIndex((line) => line.startsWith(`${name}=`))
  keepLines(reply, header, (line, index) => index === last || !line.startsWith(`${name}=`))
}

/** Removes every line of this response that would change the session's cookie. */
export function removeSessionCookie(reply: FastifyReply, name: string): void {
  const lines = [reply.getHeader('set-cookie') ?? []].flat().map(String)
  keepLines(reply, lines, (line) => !line.startsWith(`${name}=`))
}

function keepLines(reply: FastifyReply, lines: string[], isKept: (line: string, index: number) => boolean): void {
  const kept = lines.filter(isKept)
  if (kept.length === lines.length) return
  reply.removeHeader('set-cookie')
  if (kept.length > 0) reply.header('set-cookie', kept)
}

/**
 * Sets the session's cookie again when its date is after the end of its session, so that the browser does not keep, and
 * the application does not trust, a cookie that opens no session.
 */
export function capSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  { cookieName, cookiePrefix }: CheckedOptions['host'],
  limits: Limits,
): void {
  const { session } = request
  if (!isSession(session) || !(session.cookie.expires instanceof Date)) return
  const loadedVersion = loadedVersionOf(session)
  if (!loadedVersion || !setsSessionCookie(reply, cookieName)) return
  const end = deadlineOf(limits, loadedVersion.lifetime, loadedVersion.createdAt, Date.now())
  if (session.cookie.expires.getTime() <= end) return
  const { toJSON } = session.cookie as unknown as { toJSON(): CookieSerializeOptions }
  const flags = { ...toJSON.call(session.cookie), expires: new Date(end) }
  reply.setCookie(cookieName, `${cookiePrefix}${session.encryptedSessionId}`, flags)
}

/** The host silently drops a changed session when its cookie is secure and the connection is not https. */
export function insecureWarning(log: FastifyBaseLogger): (request: FastifyRequest) => void {
  let isTold = false
  return ({ session }) => {
    if (isTold || !session.isModified()) return
    isTold = true
    log.warn(
      { plugin: 'stored-session' },
      'a changed session was not stored and no cookie was sent, because cookie.secure is on and the connection is not https. ' +
        "Behind a proxy that terminates TLS, set Fastify's trustProxy; for plain http in development, set cookie: { secure: 'auto' }. " +
        'This is logged once.',
    )
  }
}

/** Whether the host is going to drop this session. */
export function isDropped({ session, protocol }: FastifyRequest): boolean {
  return session.cookie.secure === true && protocol !== 'https'
}
