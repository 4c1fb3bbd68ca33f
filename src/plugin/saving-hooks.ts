import type { CookieOptions } from '@fastify/session'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { RegenerateError, UnstorableError } from '../errors.ts'
import { RESERVED_NAME, refuseReservedNames } from '../store/live/content.ts'
import { type LoadedVersion, noteOf } from '../store/live/live-session.ts'
import { hasOldId, loadedVersionOf } from '../store/live/loaded-version.ts'
import { isWithheld as isWithheldHeir } from '../store/requests/heirs.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import type { HostStore } from './host-store.ts'
import type { CheckedOptions } from './options.ts'
import { isDisguised, isSession, requestNote } from './request-state.ts'
import {
  capSessionCookie,
  clearSessionCookie,
  clearsSessionCookie,
  insecureWarning,
  isDropped,
  keepLastSessionCookie,
  removeSessionCookie,
  setsSessionCookie,
  unsendableCheck,
} from './session-cookie.ts'

type Done = (error?: Error) => void

/**
 * Adds our hooks around the host's hooks: one directly before and one directly after its onRequest, and the same for
 * its onSend. The hooks of other plugins run before or after all of them.
 *
 * @param registerHost - registers @fastify/session
 */
export async function addSavingHooks(
  fastify: FastifyInstance,
  store: StoredSessionStore,
  hostStore: HostStore,
  { host, store: { limits } }: CheckedOptions,
  registerHost: () => PromiseLike<unknown>,
): Promise<void> {
  const warnInsecure = insecureWarning(fastify.log)
  const refuseUnsendable = unsendableCheck(fastify)

  fastify.addHook('onSend', saveBeforeHost)
  fastify.addHook('onRequest', (request, _reply, done) => {
    hostStore.beginLoading(request)
    done()
  })
  await registerHost()
  fastify.addHook('onRequest', (request, _reply, done) => {
    hostStore.endLoading(request)
    done(requestNote(request).idFailure)
  })
  fastify.addHook('onSend', settleCookie)
  rememberDecrypted(fastify, hostStore)

  /** Saves what the host would miss: it compares only JSON, and renews no cookie of an unchanged session. */
  function saveBeforeHost(request: FastifyRequest, reply: FastifyReply, _payload: unknown, done: Done): void {
    const note = requestNote(request)
    if (note.isAnonymous) return giveUp(request, reply, done)
    const { session } = request
    if (isDisguised(session)) return giveUp(request, reply, () => done(new UnstorableError('__proto__', RESERVED_NAME)))
    if (!isSession(session)) return done()
    const { isRefused, isUnsaved } = noteOf(session)
    if (isRefused || (note.isAnswering && isUnsaved)) return giveUp(request, reply, done)
    note.isAnswering = true
    try {
      if (needsSave(request)) session.save(done)
      else done()
    } catch (error) {
      giveUp(request, reply, () => done(error as Error))
    }
  }

  function needsSave(request: FastifyRequest): boolean {
    const { session } = request
    refuseReservedNames(session)
    refuseUnsendable(session)
    if (isDropped(request)) {
      warnInsecure(request)
      return false
    }
    const loadedVersion = loadedVersionOf(session)
    return loadedVersion ? isChangedUnseen(session) || needsCookie(request, loadedVersion) : isNewUnseen(session)
  }

  function needsCookie({ session, cookies }: FastifyRequest, { touched }: LoadedVersion): boolean {
    const isSignedAnew = cookies[host.cookieName] !== `${host.cookiePrefix}${session.encryptedSessionId}`
    return isSignedAnew || (touched && session.cookie.expires != null)
  }

  // The host saves changes that it sees itself, so that each session is saved once.
  function isChangedUnseen(session: FastifyRequest['session']): boolean {
    return store.requests.isChangedUnseen(session) && !session.isModified()
  }

  // JSON omits functions and symbols, and only a save refuses them.
  function isNewUnseen(session: FastifyRequest['session']): boolean {
    const hasContent = Object.entries(session).some(([key, value]) => key !== 'cookie' && value !== undefined)
    return hasContent && !session.isModified()
  }

  /** Takes the session from the host, which would send a cookie for a session that is not stored. */
  function giveUp(request: FastifyRequest, reply: FastifyReply, done: Done): void {
    const isSilent = noteOf(request.session).isRefused && reply.statusCode < 400
    requestNote(request).hasFailed = true
    request.session = null as never
    done(isSilent ? new RegenerateError() : undefined)
  }

  function settleCookie(request: FastifyRequest, reply: FastifyReply, _payload: unknown, done: Done): void {
    const { session } = request
    if (!repeatsId(request, reply)) return settle(request, reply, done)
    // Another process may have rotated the id meanwhile: if the check fails, the browser keeps its cookie.
    const end = (isPresent: boolean) => {
      if (!isPresent) noteOf(session).hasOldId = true
      settle(request, reply, done)
    }
    store.requests.isPresent(session.sessionId).then(end, () => end(false))
  }

  function settle(request: FastifyRequest, reply: FastifyReply, done: Done): void {
    const { cookieName } = host
    if (isWithheld(request)) removeSessionCookie(reply, cookieName)
    else if (isOver(request, reply) || clearsSessionCookie(reply, cookieName))
      clearSessionCookie(reply, cookieName, host.cookie ?? {})
    else capSessionCookie(request, reply, host, limits)
    keepLastSessionCookie(reply, cookieName)
    done()
  }

  /** Whether a response repeats an id that no statement of its request has written. */
  function repeatsId({ session }: FastifyRequest, reply: FastifyReply): boolean {
    if (!isSession(session) || hasOldId(session) || noteOf(session).isGone) return false
    const isWritten = loadedVersionOf(session)?.isWritten ?? true
    return !isWritten && setsSessionCookie(reply, host.cookieName)
  }

  // The browser has another cookie, or gets it with another response.
  function isWithheld(request: FastifyRequest): boolean {
    const { session } = request
    const hasSession = isSession(session)
    if (hasSession && store.rotatedIds.has(session.sessionId)) noteOf(session).hasOldId = true
    if (hasSession && (hasOldId(session) || isWithheldHeir(session))) return true
    return requestNote(request).namesOldId && !(hasSession && loadedVersionOf(session))
  }

  function isOver(request: FastifyRequest, reply: FastifyReply): boolean {
    const { session } = request
    if (session !== null) return noteOf(session).isGone && !hasOldId(session)
    const isEnded = !requestNote(request).hasFailed && reply.statusCode < 500
    return isEnded && request.cookies?.[host.cookieName] !== undefined
  }
}

/** Notes sessions of `decryptSession()`, because handshakes have no hooks and may stay open longer than any request. */
function rememberDecrypted(fastify: FastifyInstance, hostStore: HostStore): void {
  const { decryptSession } = fastify
  fastify.decryptSession = (sessionId: string, request: FastifyRequest, ...rest: unknown[]) => {
    const done = rest.pop() as Done
    const cookie = (rest[0] ?? {}) as CookieOptions
    hostStore.beginLoading(request)
    decryptSession(sessionId, request, cookie, (error?: Error) => {
      hostStore.endLoading(request)
      done(error ?? requestNote(request).idFailure)
    })
  }
}
