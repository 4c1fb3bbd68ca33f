import type { FastifyRequest } from 'fastify'
import { InvalidHandleError, LostRotationError } from '../errors.ts'
import type { StoredSession } from '../plugin/stored-session.ts'
import type { Caller } from './caller.ts'
import type { Notice } from './notices.ts'

/** What an action did: `gone` without a session of the user that it could end. */
export type Done =
  | 'gone'
  | {
      /** Sessions that ended. */
      readonly signedOut: number
      readonly notice: Notice
      /** Whether the session of the request continues. */
      readonly isSignedIn: boolean
    }

/** Ends one session of the user. Sessions of others and sessions that do not exist give the same result. */
export async function signOut(
  sessions: StoredSession,
  request: FastifyRequest,
  { user, handle: own }: Caller,
  handle: unknown,
): Promise<Done> {
  if (handle === own || handle === sessions.handle(request.session)) {
    await request.session.destroy()
    return { signedOut: 1, notice: 'this-1', isSignedIn: false }
  }
  const revoked = await revokedOf(sessions, user, handle)
  return revoked === 0 ? 'gone' : { signedOut: revoked, notice: 'one-1', isSignedIn: true }
}

async function revokedOf(sessions: StoredSession, user: string, handle: unknown): Promise<number> {
  if (typeof handle !== 'string') return 0
  try {
    return (await sessions.revoke({ user, handle, actor: user })).revoked
  } catch (error) {
    // An error would tell that a session of another user exists.
    if (isUnknownHandle(error)) return 0
    throw error
  }
}

const isUnknownHandle = (error: unknown) => error instanceof InvalidHandleError || error instanceof LostRotationError

/** Ends all sessions of the user but that of the request. */
export async function signOutOthers(
  sessions: StoredSession,
  _request: FastifyRequest,
  { user, handle }: Caller,
): Promise<Done> {
  const { revoked } = await sessions.revoke({ user, except: handle, actor: user })
  return { signedOut: revoked, notice: `others-${revoked}`, isSignedIn: true }
}

/** Ends all sessions of the user. */
export async function signOutEverywhere(
  sessions: StoredSession,
  request: FastifyRequest,
  { user }: Caller,
): Promise<Done> {
  const { revoked } = await sessions.revoke({ user, actor: user })
  // Its row has ended; this clears the cookie.
  await request.session.destroy()
  return { signedOut: revoked, notice: `everywhere-${revoked}`, isSignedIn: false }
}
