import type { FastifyInstance, LightMyRequestResponse as Response } from 'fastify'
import type { Permission } from '../../src/dashboard/frame/operator.ts'
import { type SessionDashboardOptions, sessionDashboard } from '../../src/dashboard/session-dashboard.ts'
import { CHROME, FIREFOX } from '../account/account-app.ts'
import { addRotateRoute, Browser, sessionOf } from '../support/app.ts'
import { userIdOf } from '../support/user-id.ts'

export const DASHBOARD = '/admin/sessions'

/** The options of the plugin with which the dashboard shows everything. */
export const withEverything = {
  user: userIdOf,
  history: true,
  metadata: {
    location: ({ headers }: { headers: Record<string, unknown> }) =>
      typeof headers['x-country'] === 'string' ? { country: headers['x-country'] } : undefined,
  },
}

/** The routes of an application with the dashboard: the header `x-operator` names who asks, `x-may` what is allowed. */
export function dashboardRoutes(options: Partial<SessionDashboardOptions> = {}) {
  return async (app: FastifyInstance): Promise<void> => {
    addRotateRoute(app)
    app.post<{ Body: Record<string, unknown> }>('/sign-in', async (request) => {
      await request.session.regenerate()
      Object.assign(sessionOf(request), request.body)
      return { handle: app.storedSession.handle(request.session), id: request.session.sessionId }
    })
    await app.register(sessionDashboard, {
      prefix: DASHBOARD,
      authorize: ({ headers }) => {
        const { 'x-operator': actor, 'x-may': may } = headers as Record<string, string | undefined>
        if (actor === undefined) return false
        return may === undefined ? actor : { actor, may: may.split(',') as Permission[] }
      },
      ...options,
    })
  }
}

/** A user's client. */
export interface Client {
  readonly country?: string
  readonly ip?: string
  readonly userAgent?: string
  readonly data?: object
}

/** Signs in, and keeps the browser and the handle. */
export async function signIn(app: FastifyInstance, user: string, client: Client = {}): Promise<SignedIn> {
  const { country, ip = '203.0.113.7', userAgent = FIREFOX, data = {} } = client
  const browser = new Browser(app)
  const headers = { 'user-agent': userAgent, ...(country !== undefined && { 'x-country': country }) }
  const response = await browser.post('/sign-in', { userId: user, ...data }, { headers, remoteAddress: ip })
  return { browser, ...(response.json() as { handle: string; id: string }) }
}

interface SignedIn {
  readonly browser: Browser
  readonly handle: string
  readonly id: string
}

/** An operator in a browser, below the prefix of the dashboard. */
export class Operator extends Browser {
  readonly #headers: Record<string, string>

  constructor(app: FastifyInstance, actor: string | undefined = 'grace', may?: string) {
    super(app)
    this.#headers = { ...(actor !== undefined && { 'x-operator': actor }), ...(may !== undefined && { 'x-may': may }) }
  }

  show(path = '', headers: Record<string, string> = {}): Promise<Response> {
    return this.get(`${DASHBOARD}${path}`, { headers: { accept: 'text/html', ...this.#headers, ...headers } })
  }

  /** The token that the forms of pages carry, from a page with a form. */
  async token(path: string): Promise<string> {
    return /name="token" value="([^"]+)"/.exec((await this.show(path)).body)?.[1] ?? 'none'
  }

  /** Sends a form, with the token of a page. */
  async submit(
    path: string,
    fields: Record<string, string> = {},
    { page = path, headers = {} }: { page?: string; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const token = fields.token ?? (await this.token(page))
    return this.send({
      method: 'POST',
      url: `${DASHBOARD}${path}`,
      payload: new URLSearchParams({ ...fields, token }).toString(),
      headers: {
        accept: 'text/html',
        'content-type': 'application/x-www-form-urlencoded',
        ...this.#headers,
        ...headers,
      },
    })
  }
}

export { CHROME, FIREFOX }
