import type { CookieOptions } from '@fastify/session'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import { isTooDeep } from '../../payload/nesting.ts'
import { refuseLifetime, unsendable } from '../../store/live/content.ts'
import { flagsOf } from './cookie-lines.ts'

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
      fastify.serializeCookie('session', '', flagsOf(cookie) as never)
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

/** The host silently drops a changed session when its cookie is secure and the connection is not https. */
export function insecureWarning(log: FastifyBaseLogger): (request: FastifyRequest) => void {
  let isTold = false
  return ({ session }) => {
    // The host compares JSON, which fails for deep nesting.
    if (isTold || !(isTooDeep(session) || session.isModified())) return
    isTold = true
    log.warn(
      { plugin: 'stored-session' },
      'a changed session was not stored and no cookie was sent, because cookie.secure is on and the connection is not https. ' +
        "Behind a proxy that terminates TLS, set Fastify's trustProxy; for plain http in development, set cookie: { secure: 'auto' }. " +
        'This is logged once.',
    )
  }
}

/** Outside of `cookie.path` the host leaves an empty object in place of a session, and what it is given is lost. */
export function outsideWarning(log: FastifyBaseLogger, { path = '/' }: CookieOptions = {}): (session: unknown) => void {
  let isTold = false
  return (session) => {
    if (isTold || typeof session !== 'object' || session === null) return
    const keys = Object.keys(session)
    if (keys.length === 0) return
    isTold = true
    log.warn(
      { plugin: 'stored-session', keys, path },
      'a request outside of cookie.path changed request.session, and nothing was stored, because it has no session there. ' +
        'Serve the route below cookie.path, or set cookie.path to a path that contains it. This is logged once.',
    )
  }
}

/** Whether the host is going to drop this session. */
export function isDropped({ session, protocol }: FastifyRequest): boolean {
  return session.cookie.secure === true && protocol !== 'https'
}
