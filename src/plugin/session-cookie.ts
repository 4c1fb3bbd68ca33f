import type { CookieSerializeOptions } from '@fastify/cookie'
import type { CookieOptions } from '@fastify/session'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { UnstorableError } from '../errors.ts'
import { isCookieDate } from '../payload/cookie-dates.ts'
import { deadlineOf, type Limits } from '../store/core/lifetime.ts'
import { UNSENDABLE_COOKIE } from '../store/live/content.ts'
import { loadedVersionOf } from '../store/live/loaded-version.ts'
import type { CheckedOptions } from './options.ts'
import { isSession } from './request-state.ts'

/**
 * Tells the browser to forget the session's cookie, instead of anything else said about it in this response. With the
 * flags that it was set with: browsers drop the line for a `__Host-` cookie that is not Secure, for a partitioned one
 * that is not Partitioned, and for one without SameSite=None in a frame of another site.
 */
export function clearSessionCookie(reply: FastifyReply, name: string, cookie: CookieOptions): void {
  // As the host sets it.
  const isDowngraded = cookie.secure === 'auto' && reply.request.protocol !== 'https'
  const secure = isDowngraded ? false : cookie.secure !== false
  const sameSite = (isDowngraded ? 'lax' : cookie.sameSite) || undefined
  const flags = { ...cookie, path: cookie.path || '/', httpOnly: cookie.httpOnly ?? true, secure, sameSite }
  reply.clearCookie(name, flags as CookieSerializeOptions)
}

type SessionCookie = FastifyRequest['session']['cookie']

/** The flags that a line is made of; nearly every cookie of an application has the same. */
const FLAGS = ['path', 'domain', 'sameSite', 'secure', 'httpOnly', 'partitioned'] as const

/**
 * Makes a check that refuses a cookie that no line can be made of, such as one with a date in the year 10000. The host
 * would find out inside the callback of a save, where nobody catches what it throws, and the process would end.
 *
 * @returns a function that throws `FST_STORED_SESSION_UNSTORABLE`
 */
export function unsendableCheck(fastify: FastifyInstance): (cookie: SessionCookie) => void {
  let sendable: SessionCookie | undefined
  return (cookie) => {
    if (sendable && cookie && hasFlagsOf(sendable, cookie) && isSendableDate(cookie.expires)) return
    try {
      const { toJSON } = cookie as unknown as { toJSON(): CookieSerializeOptions }
      fastify.serializeCookie('session', '', toJSON.call(cookie) as never)
    } catch (cause) {
      throw new UnstorableError('cookie', UNSENDABLE_COOKIE, undefined, { cause })
    }
    sendable = { ...cookie }
  }
}

function hasFlagsOf(one: SessionCookie, other: SessionCookie): boolean {
  return FLAGS.every((flag) => one[flag as keyof SessionCookie] === other[flag as keyof SessionCookie])
}

function isSendableDate(expires: unknown): boolean {
  return expires == null || (expires instanceof Date && isCookieDate(expires.getTime()))
}

/** Whether this response brings the session's cookie. */
export function setsSessionCookie(reply: FastifyReply, name: string): boolean {
  const lines = [reply.getHeader('set-cookie') ?? []].flat().map(String)
  return lines.some((line) => line.startsWith(`${name}=`) && !line.startsWith(`${name}=;`))
}

/** Whether this response tells the browser to forget the session's cookie. */
export function clearsSessionCookie(reply: FastifyReply, name: string): boolean {
  const lines = [reply.getHeader('set-cookie') ?? []].flat().map(String)
  return lines.findLast((line) => line.startsWith(`${name}=`))?.startsWith(`${name}=;`) ?? false
}

/**
 * Leaves only the last of several Set-Cookie lines for one name: the host clears and sets in one response, and a server
 * should not send two cookies of one name.
 *
 * @see RFC 6265, section 4.1.1
 */
export function keepLastSessionCookie(reply: FastifyReply, name: string): void {
  const header = reply.getHeader('set-cookie')
  if (!Array.isArray(header)) return
  const last = header.findLastIndex((line) => line.startsWith(`${name}=`))
  keepLines(reply, header, (line, index) => index === last || !line.startsWith(`${name}=`))
}

/** Leaves nothing in this response that would change the session's cookie. */
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
  const loadedVersion = loadedVersionOf(session)
  if (!loadedVersion || !setsSessionCookie(reply, cookieName)) return
  const end = deadlineOf(limits, loadedVersion.lifetime, loadedVersion.createdAt, Date.now())
  if (session.cookie.expires.getTime() <= end) return
  const { toJSON } = session.cookie as unknown as { toJSON(): CookieSerializeOptions }
  const flags = { ...toJSON.call(session.cookie), expires: new Date(end) }
  reply.setCookie(cookieName, `${cookiePrefix}${session.encryptedSessionId}`, flags)
}

/** The host drops a changed session without a word when its cookie is secure and the connection is not https. */
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
