import type { FastifyInstance, LightMyRequestResponse as Response } from 'fastify'

/** Somebody who is signed in, and whose browser never forgets a cookie. */
export interface Visitor {
  readonly id: string
  readonly sessionId: string
  /** What the application says to a request that only reads. */
  me(): Promise<{ userId?: string; n?: unknown; endReason?: string }>
  post(url: string, payload?: object): Promise<Response>
}

/** Signs in to an application of `openApp`. */
export async function signIn(app: FastifyInstance): Promise<Visitor> {
  const response = await app.inject({ method: 'POST', url: '/login' })
  const sessionId = response.cookies.find(({ name }) => name === 'sessionId')!.value
  return visitorOf(app, response.json().id, sessionId)
}

/** The same visitor at another application. */
export function visitorOf(app: FastifyInstance, id: string, sessionId: string): Visitor {
  const cookies = { sessionId }
  return {
    id,
    sessionId,
    me: async () => (await app.inject({ url: '/me', cookies })).json(),
    post: (url, payload = {}) => app.inject({ method: 'POST', url, payload, cookies }),
  }
}
