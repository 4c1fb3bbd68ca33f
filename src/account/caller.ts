import type { FastifyRequest } from 'fastify'
import { UnavailableError } from '../errors.ts'
import { isSession } from '../plugin/request-state.ts'
import type { StoredSession } from '../plugin/stored-session.ts'

/** The user of a request, and the session that the request has. */
export interface Caller {
  readonly user: string
  /** The handle of the session, as `list()` shows it. */
  readonly handle: string
}

/**
 * The user of a request; undefined when nobody is signed in.
 *
 * @throws `FST_STORED_SESSION_UNAVAILABLE` when the session could not be read
 */
export async function callerOf(sessions: StoredSession, request: FastifyRequest): Promise<Caller | undefined> {
  if (request.sessionUnavailable) throw new UnavailableError()
  const { session } = request
  if (!isSession(session)) return undefined
  const user = sessions.store.userOf(session)
  return user === undefined ? undefined : { user, handle: await sessions.store.currentHandle(session) }
}
