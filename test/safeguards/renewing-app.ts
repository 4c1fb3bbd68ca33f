import assert from 'node:assert/strict'
import type { FastifyInstance, LightMyRequestResponse as Response } from 'fastify'
import { addRotateRoute, cookieLines, sessionOf } from '../support/app.ts'
import { sessionCookieOf } from '../support/visitor.ts'

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const EVERY = 15 * MINUTE
export const OVERLAP = 30 * SECOND

/** What the suites of renewals begin with. */
export const RENEWING = { rotateEvery: '15m' } as const

/** Routes that show and change a session in the ways that renewals meet. */
export function addRenewalRoutes(app: FastifyInstance): void {
  addRotateRoute(app)
  app.get('/all', async (request) => {
    const { cookie, ...content } = Object.fromEntries(Object.entries(request.session))
    return { ...content, id: request.session.sessionId, endReason: request.sessionEndReason }
  })
  app.post<{ Body: { keys: string[] } }>('/regenerate', async (request) => {
    await request.session.regenerate(request.body.keys as never)
    return { id: request.session.sessionId, userId: sessionOf(request).userId }
  })
}

/** Requests with one cookie that is never replaced, such as those of a thief, or of a page whose responses are lost. */
export class Copy {
  readonly #app: FastifyInstance
  readonly cookie: string

  constructor(app: FastifyInstance, cookie: string) {
    this.#app = app
    this.cookie = cookie
  }

  get(url = '/all', headers: Record<string, string> = {}): Promise<Response> {
    return this.#app.inject({ url, headers, cookies: { sessionId: this.cookie } })
  }

  post(url: string, payload: object = {}): Promise<Response> {
    return this.#app.inject({ method: 'POST', url, payload, cookies: { sessionId: this.cookie } })
  }

  /** Reads with a response that has to carry a new cookie, and returns its holder. */
  async renewed(): Promise<Copy> {
    const response = await this.get()
    assert.equal(response.statusCode, 200)
    return this.after(response)
  }

  /** The holder of the cookie that a response set. */
  after(response: Response): Copy {
    const cookie = sessionCookieOf(response)
    assert.ok(cookie, `no new cookie: ${response.body}`)
    assert.notEqual(cookie, this.cookie)
    assert.equal(cookieLines(response).length, 1)
    return new Copy(this.#app, cookie)
  }

  async content(): Promise<Record<string, unknown>> {
    const { id: _, ...content } = (await this.get()).json()
    return content
  }
}

/** Signs in, and returns the holder of the cookie. */
export async function signedIn(app: FastifyInstance): Promise<Copy> {
  const response = await app.inject({ method: 'POST', url: '/login' })
  return new Copy(app, sessionCookieOf(response)!)
}
