import type { CookieOptions } from '@fastify/session'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { answer } from '../store/answer.ts'
import type { SessionHost, SessionRequest } from './session-host.ts'
import { readVisits, reasonOver, type VisitLimits, withVisit } from './visits.ts'

type Done = (error?: Error) => void

/** Looks at the session of every request before anybody else does, and notes the visit. */
export function enforceLimits<Session extends object>(
  fastify: FastifyInstance,
  host: SessionHost<Session>,
  limits: VisitLimits,
): void {
  if (!fastify.hasRequestDecorator('sessionEndReason')) fastify.decorateRequest('sessionEndReason', undefined)
  fastify.addHook('onRequest', async (request) => enforce(request as SessionRequest))
  if (fastify.hasDecorator('decryptSession')) enforceInHandshakes(fastify, enforce)

  async function enforce(request: SessionRequest): Promise<void> {
    const session = host.sessionIn(request)
    if (!session || request.sessionUnavailable) return
    const reason = reasonOver(limits, readVisits(host.visitsOf(session)), Date.now())
    if (reason) {
      tell(request, reason)
      await host.reset(session)
    }
    host.follow(request, noteVisit)
  }

  function tell(request: SessionRequest, reason: 'idle' | 'absolute'): void {
    // Defined, because the plugin stored-session has a getter of this name.
    Object.defineProperty(request, 'sessionEndReason', { value: reason, configurable: true })
    const log = request.log ?? fastify.log
    log.info({ reason }, `the ${reason} timeout of a session has passed; the session is reset`)
  }

  function noteVisit(session: Session): void {
    const visits = withVisit(limits, readVisits(host.visitsOf(session)), Date.now())
    if (!visits) return
    if (host.isEmpty(session)) host.keepAlong(session, visits)
    else host.keep(session, visits)
  }
}

/** Handshakes have no hooks: there, an application asks for the session by itself. */
function enforceInHandshakes(fastify: FastifyInstance, enforce: (request: SessionRequest) => Promise<void>): void {
  const { decryptSession } = fastify
  fastify.decryptSession = (sessionId: string, request: object, ...rest: unknown[]) => {
    const done = rest.pop() as Done
    const cookie = (rest[0] ?? {}) as CookieOptions
    decryptSession(sessionId, request as FastifyRequest, cookie, (error?: Error) => {
      if (error) done(error)
      else answer(enforce(request as SessionRequest), (failure) => done(failure as Error | undefined))
    })
  }
}
