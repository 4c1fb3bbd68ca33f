import Fastify, { type FastifyInstance } from 'fastify'
import { type LimitedSessionOptions, limitedSession } from '../../src/limits/limited-session.ts'
import { sessionOf } from '../support/app.ts'
import type { SessionHost } from './session-hosts.ts'

export const VISITS_KEY = '$limitedSession'

/** Builds an application on a host, with limits or without; close() it in the end. */
export async function limitedApp(
  host: Pick<SessionHost, 'register'>,
  limits: LimitedSessionOptions | undefined,
  routes: (app: FastifyInstance) => unknown = () => {},
): Promise<FastifyInstance> {
  const app = Fastify()
  await host.register(app)
  if (limits) await app.register(limitedSession, limits)
  addRoutes(app)
  routes(app)
  await app.ready()
  return app
}

function addRoutes(app: FastifyInstance): void {
  app.get('/me', async (request) => {
    const { userId, n, sessionId } = sessionOf(request)
    return { userId, n, id: sessionId, endReason: request.sessionEndReason }
  })
  app.get('/visits', async (request) => ({ visits: sessionOf(request)[VISITS_KEY] }))
  app.post('/login', async (request) => {
    await request.session.regenerate()
    sessionOf(request).userId = 'ada'
    return { endReason: request.sessionEndReason }
  })
  app.post('/regenerate', async (request) => {
    await request.session.regenerate(['userId'])
    return {}
  })
  // A key that is undefined here arrives as none.
  app.post<{ Body: Record<string, unknown> }>('/change', async (request) => {
    Object.assign(request.session, request.body)
    return {}
  })
}
