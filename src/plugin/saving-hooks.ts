import type { CookieOptions } from '@fastify/session'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { RegenerateError, UnstorableError } from '../errors.ts'
import { RESERVED_NAME, refuseReservedNames } from '../store/content.ts'
import { noteCookie } from '../store/cookie-lifetime.ts'
import { isFormer, noteFormer } from '../store/former.ts'
import { isGone } from '../store/gone.ts'
import { notes } from '../store/notes.ts'
import { type Provenance, provenanceOf } from '../store/provenance.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import type { AnonymousRequests } from './anonymous-requests.ts'
import { capSessionCookie } from './cookie-cap.ts'
import { idFailureOf } from './id-generator.ts'
import { insecureWarning, isDropped } from './insecure-warning.ts'
import { isDisguised, isSession } from './is-session.ts'
import { noteNew } from './new-sessions.ts'
import type { CheckedOptions } from './options.ts'
import {
  clearSessionCookie,
  clearsSessionCookie,
  keepLastSessionCookie,
  removeSessionCookie,
  setsSessionCookie,
  unsendableCheck,
} from './session-cookie.ts'

type Done = (error?: Error) => void

/**
 * Puts our hooks around the host's: one right before and one right behind its onRequest, and the same with its onSend.
 * Other plugins' hooks run before or after all of them.
 *
 * @param oldIds - requests whose cookie names an old id
 * @param registerHost - registers @fastify/session
 */
export async function addSavingHooks(
  fastify: FastifyInstance,
  store: StoredSessionStore,
  { host, limits }: CheckedOptions,
  { anonymous, oldIds }: { readonly anonymous: AnonymousRequests; readonly oldIds: WeakSet<FastifyRequest> },
  registerHost: () => PromiseLike<unknown>,
): Promise<void> {
  const warnInsecure = insecureWarning(fastify.log)
  const refuseUnsendable = unsendableCheck(fastify)
  // Responses whose onSend hooks ran before: Fastify runs them again for the error of a hook.
  const begun = notes<true>()
  // Responses that must leave the cookie as it is: what became of the session is not known.
  const failed = new WeakSet<FastifyRequest>()

  fastify.addHook('onSend', saveBeforeHost)
  fastify.addHook('onRequest', (request, _reply, done) => {
    anonymous.begin(request)
    done()
  })
  await registerHost()
  fastify.addHook('onRequest', (request, _reply, done) => {
    rememberLoaded(request)
    anonymous.settle(request)
    done(idFailureOf(request))
  })
  fastify.addHook('onSend', settleCookie)
  rememberDecrypted(fastify, anonymous)

  /** Saves what the host would not: it sees changes through JSON alone, and renews no cookie of an unchanged session. */
  function saveBeforeHost(request: FastifyRequest, reply: FastifyReply, _payload: unknown, done: Done): void {
    if (anonymous.has(request)) return giveUp(request, reply, done)
    const { session } = request
    if (isDisguised(session)) return giveUp(request, reply, () => done(new UnstorableError('__proto__', RESERVED_NAME)))
    if (!isSession(session)) return done()
    if (store.heirs.isRefused(session) || (begun.has(request) && store.unsaved.has(session)))
      return giveUp(request, reply, done)
    begun.set(request, true)
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
    refuseUnsendable(session.cookie)
    if (isDropped(request)) {
      warnInsecure(request)
      return false
    }
    const provenance = provenanceOf(session as never)
    return provenance ? isChangedInSecret(session) || needsCookie(request, provenance) : isNewInSecret(session)
  }

  function needsCookie({ session, cookies }: FastifyRequest, { touched }: Provenance): boolean {
    const isSignedAnew = cookies[host.cookieName] !== `${host.cookiePrefix}${session.encryptedSessionId}`
    return isSignedAnew || (touched && session.cookie.expires != null)
  }

  // What the host sees is left to the host, so that it is saved once.
  function isChangedInSecret(session: FastifyRequest['session']): boolean {
    return store.isChangedInSecret(session) && !session.isModified()
  }

  // JSON leaves functions and symbols out: the save is what refuses them.
  function isNewInSecret(session: FastifyRequest['session']): boolean {
    const hasContent = Object.entries(session).some(([key, value]) => key !== 'cookie' && value !== undefined)
    return hasContent && !session.isModified()
  }

  /** Takes the session from the host, which would answer with a cookie for something that is not stored. */
  function giveUp(request: FastifyRequest, reply: FastifyReply, done: Done): void {
    const isSilent = store.heirs.isRefused(request.session) && reply.statusCode < 400
    failed.add(request)
    request.session = null as never
    done(isSilent ? new RegenerateError() : undefined)
  }

  function settleCookie(request: FastifyRequest, reply: FastifyReply, _payload: unknown, done: Done): void {
    const { session } = request
    if (!repeatsId(request, reply)) return settle(request, reply, done)
    // What another process rotated meanwhile this one cannot know: without an answer the browser keeps what it has.
    const end = (isPresent: boolean) => {
      if (!isPresent) noteFormer(session)
      settle(request, reply, done)
    }
    store.isPresent(session.sessionId).then(end, () => end(false))
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

  /** Whether a response sends an id once more that no statement of its request has written. */
  function repeatsId({ session }: FastifyRequest, reply: FastifyReply): boolean {
    if (!isSession(session) || isFormer(session) || isGone(session)) return false
    const isWritten = provenanceOf(session as never)?.isWritten ?? true
    return !isWritten && setsSessionCookie(reply, host.cookieName)
  }

  // The browser has another cookie, or is about to get it with another response.
  function isWithheld(request: FastifyRequest): boolean {
    const { session } = request
    const hasSession = isSession(session)
    if (hasSession && store.rotatedIds.has(session.sessionId)) noteFormer(session)
    if (hasSession && (isFormer(session) || store.heirs.isWithheld(session))) return true
    return oldIds.has(request) && !(hasSession && provenanceOf(session as never))
  }

  function isOver(request: FastifyRequest, reply: FastifyReply): boolean {
    const { session } = request
    if (session !== null) return isGone(session) && !isFormer(session)
    const isEnded = !failed.has(request) && reply.statusCode < 500
    return isEnded && request.cookies?.[host.cookieName] !== undefined
  }
}

/** Handshakes have no hooks, and may stay open for longer than any request. */
function rememberDecrypted(fastify: FastifyInstance, anonymous: AnonymousRequests): void {
  const { decryptSession } = fastify
  fastify.decryptSession = (sessionId: string, request: FastifyRequest, ...rest: unknown[]) => {
    const done = rest.pop() as Done
    const cookie = (rest[0] ?? {}) as CookieOptions
    anonymous.begin(request)
    decryptSession(sessionId, request, cookie, (error?: Error) => {
      rememberLoaded(request)
      anonymous.settle(request)
      done(error ?? idFailureOf(request))
    })
  }
}

/** Notes what a session was loaded with, before anybody changes it. */
function rememberLoaded({ session }: FastifyRequest): void {
  if (!isSession(session)) return
  noteCookie(session.cookie)
  if (!provenanceOf(session as never)) noteNew(session)
}
