import type { FastifyInstance } from 'fastify'
import { destroy } from './sessions.ts'

/** A route `/ended-meanwhile` whose session ends before what the request puts into it is saved. */
export function addEndedMeanwhileRoute(app: FastifyInstance): void {
  app.post<{ Body: object }>('/ended-meanwhile', async (request) => {
    await destroy(app.storedSession.store, request.session.sessionId)
    Object.assign(request.session, request.body)
    return {}
  })
}
