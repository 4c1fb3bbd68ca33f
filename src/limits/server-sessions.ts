import { type SessionHost, VISITS_KEY } from './session-host.ts'
import type { Visits } from './visits.ts'

/** A session of @fastify/session. All of its own keys are content, except `cookie`. */
type ServerSession = Record<string, unknown> & { regenerate(): Promise<void> }

/** Sessions of @fastify/session, in any store. */
export const serverSessions: SessionHost<ServerSession> = {
  name: 'session',
  sessionIn({ session, sessionUnavailable }) {
    return isSession(session) && !sessionUnavailable ? session : undefined
  },
  isEmpty: (session) => !hasContent(session, ['cookie']),
  visitsOf: (session) => session[VISITS_KEY],
  keep(session, visits) {
    session[VISITS_KEY] = visits
  },
  keepAlong,
  reset: (session) => session.regenerate(),
  follow(request, each) {
    let current = request.session
    const announce = () => isSession(current) && each(current)
    // regenerate() and reload() assign another session, and no hook reports it.
    Object.defineProperty(request, 'session', {
      configurable: true,
      enumerable: true,
      get: () => current,
      set(session: unknown) {
        current = session
        announce()
      },
    })
    announce()
  },
}

/** Outside its cookie's path a request has an empty object as its session, and after `destroy()` null. */
function isSession(session: unknown): session is ServerSession {
  return typeof session === 'object' && session !== null && 'sessionId' in session && 'regenerate' in session
}

function hasContent(session: ServerSession, besides: string[]): boolean {
  return Object.keys(session).some((key) => !besides.includes(key) && session[key] !== undefined)
}

/** JSON omits undefined, so the host sees an unchanged session until it has other content. */
function keepAlong(session: ServerSession, visits: Visits): void {
  Object.defineProperty(session, VISITS_KEY, {
    configurable: true,
    enumerable: true,
    get: () => (hasContent(session, ['cookie', VISITS_KEY]) ? visits : undefined),
    set: (value) => Object.defineProperty(session, VISITS_KEY, { value, enumerable: true, writable: true }),
  })
}
