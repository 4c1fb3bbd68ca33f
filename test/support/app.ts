import Fastify, {
  type FastifyInstance,
  type FastifyRequest,
  type FastifyServerOptions,
  type InjectOptions,
  type LightMyRequestResponse as Response,
} from 'fastify'
import { type StoredSessionOptions, storedSession } from '../../src/index.ts'
import { secret } from './stores.ts'

/** The session of a request, with whatever an application puts in it. */
export type AppSession = FastifyRequest['session'] & Record<string, unknown>

export const sessionOf = (request: FastifyRequest) => request.session as AppSession

/** What a test changes of the usual application. */
export interface AppSetup {
  options?: Partial<StoredSessionOptions>
  server?: FastifyServerOptions
  /** Runs before the plugin is registered. */
  before?: (app: FastifyInstance) => unknown
  /** Adds routes to {@link addRoutes}'s. */
  routes?: (app: FastifyInstance) => unknown
}

/** Builds an application with the plugin on a database; close() it in the end. */
export async function openApp(
  database: StoredSessionOptions['database'],
  { options = {}, server = {}, before, routes }: AppSetup = {},
): Promise<FastifyInstance> {
  const app = Fastify(server)
  await before?.(app)
  await app.register(storedSession, {
    database,
    secret,
    migrate: true,
    trim: false,
    cookie: { secure: false },
    ...options,
  })
  addRoutes(app)
  await routes?.(app)
  await app.ready()
  return app
}

/** What every application has: signing in and out, reading, and changing. */
function addRoutes(app: FastifyInstance): void {
  app.get('/', async () => ({ open: true }))
  app.get('/me', async (request) => {
    const { userId, n } = sessionOf(request)
    return { userId, n, endReason: request.sessionEndReason }
  })
  app.post('/login', async (request) => {
    await request.session.regenerate()
    sessionOf(request).userId = 'ada'
    return { id: request.session.sessionId }
  })
  app.post<{ Body: Record<string, unknown> }>('/change', async (request) => {
    Object.assign(request.session, request.body)
    return { changed: true }
  })
  app.post('/logout', async (request) => {
    await request.session.destroy()
    return { out: true }
  })
}

/** A route `/rotate` that gives the session another id, and says whether it did and under which id it goes on. */
export function addRotateRoute(app: FastifyInstance): void {
  app.post('/rotate', async (request) => {
    const rotated = await app.storedSession.rotateId(request)
    return { rotated, id: request.session.sessionId }
  })
}

/** Adds a route by which a visitor chooses how long the session lives. */
export function addRememberRoute(app: FastifyInstance): void {
  app.post<{ Body: { maxAge?: number; expires?: number } }>('/remember', async ({ session, body }) => {
    if (body.maxAge !== undefined) session.cookie.maxAge = body.maxAge
    if (body.expires !== undefined) session.cookie.expires = new Date(body.expires)
    return {}
  })
}

/** A browser, as far as cookies go: it keeps what it is told and sends it back, each until its date. */
export class Browser {
  readonly #app: FastifyInstance
  readonly #cookies = new Map<string, { value: string; expires: number }>()

  constructor(app: FastifyInstance, cookies: Record<string, string> = {}) {
    this.#app = app
    for (const [name, value] of Object.entries(cookies)) this.setCookie(name, value)
  }

  get(url: string, options: InjectOptions = {}): Promise<Response> {
    return this.send({ ...options, method: 'GET', url })
  }

  post(url: string, payload: object = {}, options: InjectOptions = {}): Promise<Response> {
    return this.send({ ...options, method: 'POST', url, payload })
  }

  async send(options: InjectOptions): Promise<Response> {
    const cookies = { ...this.cookies(), ...options.cookies }
    const response = await this.#app.inject({ ...options, cookies })
    for (const cookie of response.cookies) {
      const { name, value, maxAge, expires } = cookie
      const end = maxAge === undefined ? (expires?.getTime() ?? Number.POSITIVE_INFINITY) : Date.now() + maxAge * 1000
      this.#cookies.set(name, { value, expires: end })
    }
    return response
  }

  /** What it would send now. */
  cookies(): Record<string, string> {
    const alive = [...this.#cookies].filter(([, { expires }]) => expires > Date.now())
    return Object.fromEntries(alive.map(([name, { value }]) => [name, value]))
  }

  setCookie(name: string, value: string): void {
    this.#cookies.set(name, { value, expires: Number.POSITIVE_INFINITY })
  }
}

/** The Set-Cookie lines of a response that name this cookie. */
export function cookieLines(response: Response, name = 'sessionId'): string[] {
  const header = response.headers['set-cookie'] ?? []
  return [header].flat().filter((line) => line.startsWith(`${name}=`))
}
