import { type SessionHost, VISITS_KEY } from './session-host.ts'

/** A session of @fastify/secure-session. */
export interface CookieSession {
  /** Whether its cookie is sent with the response. */
  changed: boolean
  get(key: string): unknown
  set(key: string, value: unknown): void
  data(): object
  regenerate(kept?: string[]): void
}

/** Sessions of @fastify/secure-session, which have no id: their content is the cookie. */
export const cookieSessions: SessionHost<CookieSession> = {
  sessionIn: ({ session }) => (session ? (session as CookieSession) : undefined),
  isEmpty: (session) => Object.keys(session.data()).length === 0,
  visitsOf: (session) => session.get(VISITS_KEY),
  keep: (session, visits) => session.set(VISITS_KEY, visits),
  keepAlong(session, visits) {
    const { changed } = session
    session.set(VISITS_KEY, visits)
    session.changed = changed
  },
  // Not delete(): what the handler puts into the session then would not be sent.
  reset: async (session) => session.regenerate(),
  follow({ session }, each) {
    const current = session as CookieSession
    const { regenerate } = current
    // It empties the session in place, visits included. Assigning would be taken for content.
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
