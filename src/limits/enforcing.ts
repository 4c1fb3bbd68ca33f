import type { CookieOptions } from '@fastify/session'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { callBack } from '../store/host-callbacks.ts'
import { cookieSession, cookieSessionNames } from './cookie-sessions.ts'
import { serverSessions } from './server-sessions.ts'
import type { SessionHost, SessionRequest } from './session-host.ts'
import { readVisits, reasonOver, type VisitLimits, withVisit } from './visits.ts'

type Done = (error?: Error) => void

type Enforce = (request: SessionRequest) => Promise<void>

/** Limits the sessions of @fastify/session, also in handshakes. */
export function limitServerSessions(fastify: FastifyInstance, limits: VisitLimits): void {
  const enforce = enforcing(fastify, serverSessions, limits, true)
  fastify.addHook('onRequest', async (request) => enforce(request as SessionRequest))
  if (fastify.hasDecorator('decryptSession')) enforceInHandshakes(fastify, enforce)
}

/**
 * Limits all sessions of @fastify/secure-session.
 *
 * @param isAlone - whether there are no other sessions, so that `request.sessionEndReason` is about one of these
 */
export function limitCookieSessions(fastify: FastifyInstance, limits: VisitLimits, isAlone: boolean): void {
  fastify.addHook('onRequest', async (request) => {
    const names = cookieSessionNames(fastify, request as SessionRequest)
    const main = names.includes('session') ? 'session' : names[0]
    for (const name of names) {
      await enforcing(fastify, cookieSession(name), limits, isAlone && name === main)(request as SessionRequest)
    }
  })
}

/**
 * Checks a session of every request before any other hook does, and records the visit.
 *
 * @param isMain - whether `request.sessionEndReason` is about this one
 */
function enforcing<Session extends object>(
  fastify: FastifyInstance,
  host: SessionHost<Session>,
  limits: VisitLimits,
  isMain: boolean,
): Enforce {
  return async (request) => {
    const session = host.sessionIn(request)
    if (!session) return
    const reason = reasonOver(limits, readVisits(host.visitsOf(session)), Date.now())
    if (reason) {
      tell(request, reason)
      await host.reset(session)
    }
    host.follow(request, noteVisit)
  }

  function tell(request: SessionRequest, reason: 'idle' | 'absolute'): void {
    // An assignment would fail, because the plugin stored-session has a getter of this name.
    if (isMain) Object.defineProperty(request, 'sessionEndReason', { value: reason, configurable: true })
    const log = request.log ?? fastify.log
    log.info({ reason, session: host.name }, `the ${reason} timeout of a session has passed; the session is reset`)
  }

  function noteVisit(session: Session): void {
    const visits = withVisit(limits, readVisits(host.visitsOf(session)), Date.now())
    if (!visits) return
    if (host.isEmpty(session)) host.keepAlong(session, visits)
    else host.keep(session, visits)
  }
}

/** Handshakes have no hooks: there, an application decrypts the session itself. */
function enforceInHandshakes(fastify: FastifyInstance, enforce: Enforce): void {
  const { decryptSession } = fastify
  fastify.decryptSession = (sessionId: string, request: object, ...rest: unknown[]) => {
    const done = rest.pop() as Done
    const cookie = (rest[0] ?? {}) as CookieOptions
    decryptSession(sessionId, request as FastifyRequest, cookie, (error?: Error) => {
      if (error) done(error)
      else callBack(enforce(request as SessionRequest), (failure) => done(failure as Error | undefined))
    })
  }
}
