import assert from 'node:assert/strict'
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
  return heirOf(app, response)
}

/** What a response sets the session cookie to, unless it takes the cookie away. */
export function sessionCookieOf(response: Response): string | undefined {
  return response.cookies.find(({ name }) => name === 'sessionId')?.value || undefined
}

/** The visitor as whom a browser goes on after a response that says the new id, and sets the cookie. */
export function heirOf(app: FastifyInstance, response: Response): Visitor {
  const sessionId = sessionCookieOf(response)
  assert.ok(sessionId, `no session cookie: ${response.statusCode} ${response.body}`)
  return visitorOf(app, response.json().id, sessionId)
}

/** The same visitor under another id, after a rotation in an application with `addRotateRoute`. */
export async function rotated(app: FastifyInstance, { id, sessionId }: Visitor): Promise<Visitor> {
  const response = await visitorOf(app, id, sessionId).post('/rotate')
  assert.equal(response.json().rotated, true)
  return heirOf(app, response)
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
