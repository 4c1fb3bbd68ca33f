import type { FastifyBaseLogger } from 'fastify'
import type { Visits } from './visits.ts'

/** The key under which every session holds its visits. */
export const VISITS_KEY = '$limitedSession'

/** The part of a request that the limits need. A handshake has no log. */
export interface SessionRequest {
  session: unknown
  readonly log?: FastifyBaseLogger
  /** Whether the plugin stored-session gave the request an empty, read-only session. */
  readonly sessionUnavailable?: boolean
}

/** The differences between sessions in a store, which have an id, and sessions that are a cookie. */
export interface SessionHost<Session extends object> {
  /** The property of the request that holds the session. */
  readonly name: string
  /** The session of a request, or undefined where it has none that can be limited. */
  sessionIn(request: SessionRequest): Session | undefined
  /** Whether the session has no content, not even visits. */
  isEmpty(session: Session): boolean
  /** The value under {@link VISITS_KEY}, unchecked. */
  visitsOf(session: Session): unknown
  /** Puts visits into a session, and has it saved. */
  keep(session: Session, visits: Visits): void
  /** Puts visits into an empty session, which is saved only if the application adds content too. */
  keepAlong(session: Session, visits: Visits): void
  /** Empties a session permanently. The request then has a new one. */
  reset(session: Session): Promise<void>
  /** Calls back immediately for the session of a request, and again for each session that replaces it. */
  follow(request: SessionRequest, each: (session: Session) => void): void
}
