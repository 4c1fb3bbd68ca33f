/** Idle and absolute timeouts for the sessions of other plugins. @module stored-session/limits */

import type { FastifyInstance } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { EndReason } from '../database/contract/session-database.ts'
import { InvalidOptionsError } from '../errors.ts'
import { hasCookieSession } from './cookie-sessions.ts'
import { limitCookieSessions, limitServerSessions } from './enforcing.ts'
import { checkLimits, type LimitedSessionOptions } from './options.ts'

export type { LimitedSessionOptions } from './options.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Why the session of the cookie has expired or ended; undefined while it is live, or without a cookie. */
    readonly sessionEndReason: EndReason | undefined
  }
}

const REGISTERED = Symbol('stored-session/limits')

async function register(fastify: FastifyInstance, options: LimitedSessionOptions): Promise<void> {
  const limits = checkLimits(options)
  if (fastify.hasDecorator(REGISTERED)) {
    // The outer one would record a visit before the inner one reads the last visit.
    throw new InvalidOptionsError(
      'limitedSession: it is already registered in this scope or in a parent scope; register it once',
    )
  }
  fastify.decorate(REGISTERED, true)
  const isOnServer = fastify.hasPlugin('@fastify/session') && fastify.hasRequestDecorator('session')
  const isInCookies = fastify.hasPlugin('@fastify/secure-session')
  refuseOthers(fastify, isOnServer, isInCookies)
  if (!fastify.hasRequestDecorator('sessionEndReason')) fastify.decorateRequest('sessionEndReason', undefined)
  if (isOnServer) limitServerSessions(fastify, limits)
  if (isInCookies) limitCookieSessions(fastify, limits, !isOnServer)
}

/** Rejects unknown session plugins, because their sessions would have no limits. */
function refuseOthers(fastify: FastifyInstance, isOnServer: boolean, isInCookies: boolean): void {
  const hasSession = fastify.hasRequestDecorator('session')
  const isKnown = isOnServer || (isInCookies && (!hasSession || hasCookieSession(fastify)))
  if (!isKnown) throw new InvalidOptionsError(`limitedSession: ${MISSING[hasSession ? 'foreign' : 'none']}`)
}

const MISSING = {
  none:
    'there is no request.session yet; register @fastify/session, @fastify/secure-session or stored-session first, ' +
    'in the same scope or a parent scope, and await it',
  foreign:
    'request.session comes from another plugin than @fastify/session or @fastify/secure-session, which is not supported; register one of these two',
}

/**
 * Idle and absolute limits for the sessions of @fastify/session, in any store, and of @fastify/secure-session: all
 * sessions of a request, under any name. Register it after those plugins. Each session holds its own visits, under
 * `$limitedSession`.
 *
 * A session whose limit has passed is reset before any other hook sees it. A line in the log and
 * `request.sessionEndReason` give the reason: `'idle'` or `'absolute'`. The reason is about `request.session`, or about
 * the first session where none has this name.
 *
 * @param fastify - the application, or a scope of it
 * @param options - the limits
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, at registration
 * @example
 * ```ts
 * await app.register(limitedSession, { idleTimeout: '2h', absoluteTimeout: '12h' })
 * ```
 */
export const limitedSession = fastifyPlugin(register, { fastify: '5.x', name: 'stored-session/limits' })

export default limitedSession
