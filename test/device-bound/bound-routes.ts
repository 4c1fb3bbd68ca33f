import type { FastifyInstance } from 'fastify'
import { addRotateRoute, type Browser, sessionOf } from '../support/app.ts'

export const SIGNED_IN = { userId: 'ada', isDeviceBound: true }
export const UNBOUND = { userId: 'ada', isDeviceBound: false }
export const UNPROVEN = { isDeviceBound: false, endReason: 'unproven' }

/** Routes that tell whether a session is bound, and that give it another id. */
export function boundRoutes(app: FastifyInstance): void {
  addRotateRoute(app)
  app.get('/state', async (request) => ({
    userId: sessionOf(request).userId,
    isDeviceBound: request.isDeviceBound,
    endReason: request.sessionEndReason,
  }))
  app.post('/regenerate', async (request) => {
    await request.session.regenerate(['userId'])
    return { id: request.session.sessionId }
  })
}

/** What the application says about the session of a browser. */
export const stateOf = async (browser: Browser) => (await browser.get('/state')).json()
