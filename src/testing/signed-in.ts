import type { FastifyInstance } from 'fastify'
import { type CookiePlace, cookiePlaceOf } from '../plugin/cookie/cookie-options.ts'
import type { SessionData } from '../plugin/options.ts'
import type { StoredSession } from '../plugin/stored-session.ts'

/** An application with the plugin, with any server, logger and types. */
export type SessionApplication = Pick<FastifyInstance, 'decryptSession' | 'parseCookie'> & {
  /** The methods of the plugin. */
  readonly storedSession: StoredSession
  /** Starts the application, if it has not started. */
  ready(): PromiseLike<unknown>
}

/** The cookies of an `inject` response. */
export interface CookieResponse {
  /** The cookies that the response sets. */
  readonly cookies: readonly {
    /** The name of the cookie. */
    readonly name: string
    /** The value of the cookie, decoded. */
    readonly value: string
  }[]
}

type LiveSession = Record<string, unknown> & {
  readonly sessionId: string
  readonly encryptedSessionId: string
  save(): Promise<void>
}

/** The minimum that the host needs to create a session, where there is no request. */
interface NoRequest {
  readonly headers: object
  readonly cookies: object
  readonly protocol: 'https'
  session?: LiveSession
}

/**
 * Begins a session with this content, as a sign-in does: with the configuration of the application, and in its
 * database.
 *
 * @param app - the application, or a scope inside the one that registered the plugin
 * @param data - the content of the session. Empty by default
 * @returns the `cookie` header of the session
 * @throws Error for an instance of Fastify without the plugin
 * @example
 * ```ts
 * const cookie = await signIn(app, { userId: 'ada' })
 * const response = await app.inject({ url: '/account', headers: { cookie } })
 * ```
 */
export async function signIn(app: SessionApplication, data: Partial<SessionData> = {}): Promise<string> {
  const { cookieName, cookiePrefix } = await placeIn(app)
  const session = await sessionOf(app, '')
  Object.assign(session, data)
  await session.save()
  return `${cookieName}=${encodeURIComponent(`${cookiePrefix}${session.encryptedSessionId}`)}`
}

/**
 * Reads the content of a session by its cookie. Like a request, this counts as a use of the session.
 *
 * @param app - the application, or a scope inside the one that registered the plugin
 * @param cookie - a `cookie` header, or the response of an `inject` that set the cookie
 * @returns undefined when the session does not exist, has expired or has ended
 * @throws Error for an instance of Fastify without the plugin
 * @example
 * ```ts
 * const login = await app.inject({ method: 'POST', url: '/login' })
 * assert.equal((await readSession(app, login))?.userId, 'ada')
 * ```
 */
export async function readSession(
  app: SessionApplication,
  cookie: string | CookieResponse,
): Promise<SessionData | undefined> {
  const { cookieName, cookiePrefix } = await placeIn(app)
  const value = typeof cookie === 'string' ? app.parseCookie(cookie)[cookieName] : lastOf(cookie, cookieName)
  if (!value?.startsWith(cookiePrefix)) return undefined
  const signedId = value.slice(cookiePrefix.length)
  const session = await sessionOf(app, signedId)
  // If the session does not exist, the host creates a new one with another id.
  if (signedId.slice(0, signedId.lastIndexOf('.')) !== session.sessionId) return undefined
  // The host stores its own data under symbols, such as the keys that sign cookies.
  return Object.fromEntries(Object.entries(session).filter(([name]) => name !== 'cookie')) as SessionData
}

async function placeIn(app: SessionApplication): Promise<CookiePlace> {
  // Once started, Fastify allows ready() only at its root, so it is called only when needed.
  if (!app.decryptSession) await app.ready()
  const place = app.storedSession && cookiePlaceOf(app.storedSession.store)
  if (place) return place
  throw new Error(
    'this instance of Fastify has no stored-session; give the one that it was registered on, or one inside',
  )
}

/** The session of a signed id, or a new one. */
async function sessionOf(app: SessionApplication, signedId: string): Promise<LiveSession> {
  const request: NoRequest = { headers: {}, cookies: {}, protocol: 'https' }
  await new Promise<void>((resolve, reject) => {
    app.decryptSession(signedId, request, (error?: unknown) => (error ? reject(error) : resolve()))
  })
  return request.session!
}

function lastOf({ cookies }: CookieResponse, cookieName: string): string | undefined {
  return cookies.findLast(({ name }) => name === cookieName)?.value
}
