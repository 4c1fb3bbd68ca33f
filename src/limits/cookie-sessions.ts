import type { FastifyInstance } from 'fastify'
import { type SessionHost, type SessionRequest, VISITS_KEY } from './session-host.ts'

/** A session of @fastify/secure-session. */
interface CookieSession {
  /** Whether the response sends its cookie. */
  changed: boolean
  get(key: string): unknown
  set(key: string, value: unknown): void
  data(): object
  regenerate(kept?: string[]): void
}

/** The methods that @fastify/secure-session adds to an application. */
interface SecureSessions {
  createSecureSession(data: object): CookieSession
  /** @throws when there is no session of this name */
  decodeSecureSession(cookie: string, log: unknown, name: string): CookieSession | null
}

/** The names of a request's sessions. @fastify/secure-session offers no list of them. */
export function cookieSessionNames(fastify: FastifyInstance, request: SessionRequest): string[] {
  const kind = Object.getPrototypeOf((fastify as unknown as SecureSessions).createSecureSession({}))
  const isCookieSession = (value: unknown) =>
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === kind
  return Object.entries(request).flatMap(([name, value]) => (isCookieSession(value) ? [name] : []))
}

/** Whether `request.session` is a session of the plugin in this scope, or in a scope around it. */
export function hasCookieSession(fastify: FastifyInstance): boolean {
  const log = fastify.log.child({}, { level: 'silent' })
  for (let scope: object = fastify; scope; scope = Object.getPrototypeOf(scope)) {
    if (!Object.hasOwn(scope, 'decodeSecureSession')) continue
    try {
      // An empty cookie holds no session: only an unknown name is an error.
      ;(scope as SecureSessions).decodeSecureSession('', log, 'session')
      return true
    } catch {}
  }
  return false
}

/** A session of @fastify/secure-session, by its name. It has no id, because its content is the cookie. */
export function cookieSession(name: string): SessionHost<CookieSession> {
  const sessionIn = (request: SessionRequest) =>
    (request as unknown as Record<string, CookieSession | undefined>)[name] || undefined
  return {
    name,
    sessionIn,
    isEmpty: (session) => Object.keys(session.data()).length === 0,
    visitsOf: (session) => session.get(VISITS_KEY),
    keep: (session, visits) => session.set(VISITS_KEY, visits),
    keepAlong(session, visits) {
      const { changed } = session
      session.set(VISITS_KEY, visits)
      session.changed = changed
    },
    // After delete(), the response would not send what the handler puts into the session.
    reset: async (session) => session.regenerate(),
    follow(request, each) {
      const current = sessionIn(request)!
      const { regenerate } = current
      // regenerate() empties the session in place, with its visits. An assignment would become content of the session.
      Object.defineProperty(current, 'regenerate', {
        configurable: true,
        value(kept?: string[]) {
          regenerate(kept)
          each(current)
        },
      })
      each(current)
    },
  }
}
