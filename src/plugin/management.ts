import type { FastifyRequest } from 'fastify'
import type { SessionEvents } from '../store/core/events.ts'
import type { Health } from '../store/health.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import type { CookieAnswers } from './cookie-answers.ts'
import type { HostStore } from './host-store.ts'
import { isSession, liveSessionOf, refuse, requestNote } from './request-state.ts'
import { confirm, provenAt } from './safeguards/proving.ts'
import type { SessionAdministration } from './session-administration.ts'

/**
 * A listener of an event.
 *
 * @typeParam Name - the name of the event
 */
export type SessionListener<Name extends keyof SessionEvents> = (event: SessionEvents[Name][0]) => void

/**
 * The methods of `fastify.storedSession`.
 *
 * @example
 * ```ts
 * app.storedSession.on('revoked', ({ sessions }) => app.log.info({ sessions }, 'revoked'))
 * await app.storedSession.revoke({ user: 'ada' })
 * ```
 */
export interface StoredSession extends SessionAdministration {
  /**
   * Writes pending touches and events of the history now, which are otherwise written in the background a moment later. For
   * hosts that stop the process between two requests. Never rejects: a failure is an event.
   */
  flush(): Promise<void>
  /** Checks the database and the key provider, for at most `operationTimeout`; never rejects. For probes. */
  health(): Promise<Health>
  /**
   * Calls a listener with every event of this name, only of this application.
   *
   * @param event - the name of the event
   * @param listener - gets the event
   */
  on<Name extends keyof SessionEvents>(event: Name, listener: SessionListener<Name>): void
  /**
   * Removes a listener of {@link on}.
   *
   * @param event - the name of the event
   * @param listener - the same function as for {@link on}
   */
  off<Name extends keyof SessionEvents>(event: Name, listener: SessionListener<Name>): void
  /**
   * Gives the session of a request another id, and keeps its content, user and date of creation. The old id can still
   * read the session for `rotationOverlap`, but not change it, so that concurrent requests are not signed out.
   * `regenerate(keys)` with the old id passes nothing to the new session and ends no session. Signing out with the old
   * id, or `regenerate()` without keys, ends the session. Do not use `rotateId()` for a sign-in: call
   * `request.session.regenerate()`, after which the old id is invalid. Call `rotateId()` before the response is sent,
   * because the response sets the new cookie.
   *
   * It costs three statements, and a row for the old id until the absolute end of the session, at most 400 days.
   *
   * @param request - the request whose session gets another id
   * @returns false when the session keeps its id: it is not stored, has expired or ended, another request was quicker,
   * or the host would not send the cookie over this connection
   * @throws `FST_STORED_SESSION_UNAVAILABLE`, after at most three times `operationTimeout`: the session continues under
   * its old id, however late a statement arrives. The valid id is unknown only when the database did not answer at all
   * @see OWASP Session Management Cheat Sheet, "Renewal Timeout"
   */
  rotateId(request: FastifyRequest): Promise<boolean>
  /**
   * When the user of the session last signed in or confirmed: when the session began, because `regenerate()` begins one at
   * a sign-in; when its user changed; or the last {@link confirm}. The time is stored with the session, and stays with it
   * under other ids. Undefined without a session, and with the option `user` without a user.
   *
   * @param request - the request
   * @example
   * ```ts
   * app.post('/transfer', (request, reply) => {
   *   const provenAt = app.storedSession.provenAt(request)
   *   if (!provenAt || Date.now() - provenAt.getTime() > 10 * 60_000) return reply.redirect('/confirm')
   *   return 'transferred'
   * })
   * ```
   */
  provenAt(request: FastifyRequest): Date | undefined
  /**
   * Notes that the user has just confirmed who they are, for example with their password, for {@link provenAt}. It is
   * stored with the response; of concurrent confirmations the later one counts.
   *
   * @param request - the request whose user has confirmed
   * @returns false when the request has no session, or none that it may change
   * @throws `FST_STORED_SESSION_UNAVAILABLE` when the session could not be read
   */
  confirm(request: FastifyRequest): boolean
  /**
   * Changes the session of a request atomically, also against other processes: gives `request.session` what is stored
   * now, merged with what this request changed before, runs the function on it, and stores the result. It runs again
   * when another request was quicker, so it should do nothing but change the session. Calls of one request run one after
   * another; a call within the function is a part of it.
   *
   * @typeParam Result - what the function returns
   * @param request - the request whose session changes
   * @param change - changes the session that it gets
   * @returns the result of the function, after the session was stored
   * @throws `FST_STORED_SESSION_ENDED` when the session has ended, `FST_STORED_SESSION_UNAVAILABLE` after
   * `operationTimeout`, and what the function throws: then its changes are undone
   * @example
   * ```ts
   * const visits = await app.storedSession.update(request, (session) => {
   *   session.visits = Number(session.visits ?? 0) + 1
   *   return session.visits
   * })
   * ```
   */
  update<Result>(
    request: FastifyRequest,
    change: (session: FastifyRequest['session']) => Result,
  ): Promise<Awaited<Result>>
  /**
   * The values of the header `Set-Cookie` for a response that you write yourself, after `reply.hijack()`: the cookie of a
   * session that this request stored, or the end of its cookie after `destroy()`; empty when the browser keeps its cookie.
   * Call `await request.session.save()` before, because nothing else stores the session then.
   *
   * @param request - the request that the response answers
   * @see RFC 6265, section 4.1
   * @example
   * ```ts
   * reply.hijack()
   * reply.raw.writeHead(200, { 'set-cookie': app.storedSession.setCookieHeader(request) })
   * ```
   */
  setCookieHeader(request: FastifyRequest): string[]
  /** The store, for applications that register @fastify/session themselves. */
  readonly store: StoredSessionStore
}

/** The methods of `fastify.storedSession`. */
export function managementOf(store: StoredSessionStore, hostStore: HostStore, answers: CookieAnswers): StoredSession {
  return {
    trim: (options) => store.trim(options),
    list: (options) => store.list(options),
    count: (filter) => store.count(filter),
    stats: () => store.stats(),
    history: (options) => store.history(options),
    activity: (options) => store.activity(options),
    forget: (options) => store.forget(options),
    revoke: (filter) => store.revoke(filter),
    handle: (session) => store.handle(session),
    updateAll: (filter, change, options) => store.updateAll(filter, change, options),
    reencrypt: (options) => store.reencrypt(options),
    flush: () => store.flush(),
    health: () => store.health(),
    on: (event, listener) => void store.events.on(event, listener as never),
    off: (event, listener) => void store.events.off(event, listener as never),
    update: (request, change) => hostStore.update(request, change),
    rotateId: (request) => hostStore.rotateId(request),
    provenAt: (request) => (isSession(request.session) ? provenAt(store, liveSessionOf(request)) : undefined),
    confirm: (request) => {
      if (requestNote(request).isAnonymous) refuse()
      return isSession(request.session) && confirm(liveSessionOf(request))
    },
    setCookieHeader: (request) => answers.linesFor(request),
    store,
  }
}
