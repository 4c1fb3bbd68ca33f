import type { FastifyInstance, LightMyRequestResponse as Response } from 'fastify'
import { type SessionAccountOptions, sessionAccount } from '../../src/account/session-account.ts'
import { addRotateRoute, Browser, sessionOf } from '../support/app.ts'
import { userIdOf } from '../support/user-id.ts'

export const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0'
export const CHROME =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36'
export const PAGE = '/account/sessions'

/** The usual options of the plugin on which the page is built. */
export const withDevices = { user: userIdOf, metadata: true }

/** The routes of an application with the page. */
export function accountRoutes(options: SessionAccountOptions = {}) {
  return async (app: FastifyInstance): Promise<void> => {
    addRotateRoute(app)
    app.post<{ Body: { user: string } }>('/sign-in', async (request) => {
      await request.session.regenerate()
      sessionOf(request).userId = request.body.user
      return { handle: app.storedSession.handle(request.session), id: request.session.sessionId }
    })
    await app.register(sessionAccount, { prefix: PAGE, ...options })
  }
}

/** A session as the page gives it to clients of JSON. */
export interface Listed {
  handle: string
  isThis: boolean
  signedInAt: string
  lastUsedAt: string
  device: string
  location: string | null
  ip: string | null
}

/** A user in a browser, on the page. */
export class Member extends Browser {
  handle = ''
  id = ''
  #page = PAGE

  static async signIn(app: FastifyInstance, user: string, { userAgent = FIREFOX, page = PAGE } = {}): Promise<Member> {
    const member = new Member(app)
    member.#page = page
    const headers = { 'user-agent': userAgent }
    Object.assign(member, (await member.post('/sign-in', { user }, { headers, remoteAddress: '203.0.113.7' })).json())
    return member
  }

  /** The page as text. */
  show(headers: Record<string, string> = {}, path = ''): Promise<Response> {
    return this.get(`${this.#page}${path}`, { headers: { accept: 'text/html', ...headers } })
  }

  async list(headers: Record<string, string> = {}): Promise<Listed[]> {
    const response = await this.get(this.#page, { headers: { accept: 'application/json', ...headers } })
    return response.json().sessions
  }

  /** The token that the forms of the page carry. */
  async token(): Promise<string> {
    return /name="token" value="([^"]+)"/.exec((await this.show()).body)![1]!
  }

  /** Sends an action as JSON. */
  act(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<Response> {
    return this.post(`${this.#page}/${path}`, body, { headers })
  }

  /** Sends an action as the forms of the page do. */
  async submit(
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const payload = new URLSearchParams({ token: await this.token(), ...fields }).toString()
    const type = { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' }
    return this.send({ method: 'POST', url: `${this.#page}/${path}`, payload, headers: { ...type, ...headers } })
  }

  /** Whether the session of the browser is still signed in. */
  async isSignedIn(): Promise<boolean> {
    return (await this.get('/me')).json().userId !== undefined
  }
}
