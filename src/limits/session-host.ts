import type { FastifyBaseLogger } from 'fastify'
import type { Visits } from './visits.ts'

/** The key of every session under which its visits are. */
export const VISITS_KEY = '$limitedSession'

/** As much of a request as the limits need. That of a handshake has no log. */
export interface SessionRequest {
  session: unknown
  readonly log?: FastifyBaseLogger
  /** Whether the plugin stored-session gave the request an empty session that takes nothing. */
  readonly sessionUnavailable?: boolean
}

/** What differs between sessions in a store, which have an id, and sessions that are a cookie. */
export interface SessionHost<Session extends object> {
  /** The property of the request that is the session. */
  readonly name: string
  /** The session of a request, or undefined where it has none that can be limited. */
  sessionIn(request: SessionRequest): Session | undefined
  /** Whether nothing is in it, not even visits. */
  isEmpty(session: Session): boolean
  /** What stands under {@link VISITS_KEY}: anything at all. */
  visitsOf(session: Session): unknown
  /** Puts visits into a session, which is saved for them. */
  keep(session: Session, visits: Visits): void
  /** Puts visits into an empty session, which is saved only if the application puts something into it too. */
  keepAlong(session: Session, visits: Visits): void
  /** Empties a session permanently; the request has a new one then. */
  reset(session: Session): Promise<void>
  /** Calls back for the session of a request at once, and for each that takes its place in the course of the request. */
  follow(request: SessionRequest, each: (session: Session) => void): void
}
