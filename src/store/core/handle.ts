import { InvalidHandleError } from '../../errors.ts'
import { formatSid, parseSid, sidOf } from '../../payload/session-id.ts'

/** The name of a session for people and pages: `2::` and 64 hexadecimal digits. As a cookie it opens no session. */
export type SessionHandle = string

/** A session that has its id, such as `request.session`. */
export interface IdentifiedSession {
  /** The id in plaintext, as the cookie holds it. */
  readonly sessionId: string
}

/** The handle of a live session. */
export function handleOf(session: IdentifiedSession): SessionHandle {
  if (typeof session?.sessionId === 'string') return formatSid(sidOf(session.sessionId))
  throw new InvalidHandleError('this is not a session of stored-session, so it has no handle; pass request.session')
}

/**
 * The sid of a handle.
 *
 * @param name - the name of the option, for the message
 * @throws `FST_STORED_SESSION_INVALID_HANDLE`
 */
export function sidOfHandle(name: string, handle: unknown): Buffer {
  const sid = parseSid(handle)
  if (sid) return sid
  throw new InvalidHandleError(
    `${name} must be the handle of a session, as list() shows it or handle(session) makes it`,
  )
}
