import type { CookieOptions } from '@fastify/session'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { DeviceBinding } from '../device-bound/device-binding.ts'
import { RegenerateError, UnstorableError } from '../errors.ts'
import { isJsonVisible, RESERVED_NAME, refuseReservedNames } from '../store/live/content.ts'
import { noteOf } from '../store/live/live-session.ts'
import { loadedVersionOf } from '../store/live/loaded-version.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import { clearsCookie } from './cookie/cookie-header.ts'
import { CookieLines } from './cookie/cookie-lines.ts'
import type { SentCookies } from './cookie/sent-cookies.ts'
import { insecureWarning, isDropped, outsideWarning, unsendableCheck } from './cookie/session-cookie.ts'
import type { Choice, TwinCookies } from './cookie/twin-cookies.ts'
import { CookieAnswers } from './cookie-answers.ts'
import type { HostStore } from './host-store.ts'
import { LateChanges } from './late-changes.ts'
import type { CheckedOptions } from './options.ts'
import { isDisguised, isSession, requestNote } from './request-state.ts'
import { Renewal } from './safeguards/renewal.ts'

/** Finds the session's cookie among those of a request. */
export interface RequestCookies {
  readonly sent: SentCookies
  readonly twins: TwinCookies
}

type Done = (error?: Error) => void

/**
 * Adds our hooks around the host's hooks: one directly before and one directly after its onRequest, and the same for
 * its onSend. The hooks of other plugins run before or after all of them.
 *
 * @param cookies - finds the cookie of a request
 * @param devices - offers to bind new sessions; undefined when sessions are bound to no device
 * @param registerHost - registers @fastify/session
 * @returns what decides about the cookie of each response
 */
export async function addSavingHooks(
  fastify: FastifyInstance,
  store: StoredSessionStore,
  hostStore: HostStore,
  { host, store: { limits } }: CheckedOptions,
  { sent, twins }: RequestCookies,
  devices: DeviceBinding | undefined,
  registerHost: () => PromiseLike<unknown>,
): Promise<CookieAnswers> {
  const warnInsecure = insecureWarning(fastify.log)
  const refuseUnsendable = unsendableCheck(fastify)
  const lines = new CookieLines(fastify, host)
  const renewal = new Renewal(store.rotateEvery, (request) => hostStore.rotateId(request, true))
  const answers = new CookieAnswers(store, lines, limits, renewal)
  const late = new LateChanges(fastify.log)
  const warnOutside = outsideWarning(fastify.log, host.cookie)

  fastify.addHook('onSend', saveBeforeHost)
  fastify.addHook('onRequest', (request, _reply, done) => {
    const values = sent.valuesOf(request)
    if (values.length < 2) return load(request, values[0] === undefined ? undefined : { value: values[0] }, done)
    twins
      .choose(values as [string, string], hostStore.askerOf(request))
      .then((choice) => load(request, choice, done), done)
  })
  await registerHost()
  fastify.addHook('onRequest', (request, _reply, done) => {
    hostStore.endLoading(request)
    done(requestNote(request).idFailure)
  })
  fastify.addHook('onSend', settleCookie)
  rememberDecrypted(fastify, hostStore)
  return answers

  /** Lets the host load the session of this cookie. */
  function load(request: FastifyRequest, sent: Choice | undefined, done: Done): void {
    if (sent) {
      const note = requestNote(request)
      note.sentValue = sent.value
      note.found = sent.read
      request.cookies[host.cookieName] = sent.value
    }
    hostStore.beginLoading(request)
    done()
  }

  /**
   * Does the work of the host's hook, which compares only JSON, and renews no cookie of an unchanged session. The session
   * is away while that hook runs.
   */
  function saveBeforeHost(request: FastifyRequest, reply: FastifyReply, _payload: unknown, done: Done): void {
    const note = requestNote(request)
    if (note.isAnonymous) return giveUp(request, reply, done)
    late.unwatch(request)
    const { session } = request
    if (isDisguised(session)) return giveUp(request, reply, () => done(new UnstorableError('__proto__', RESERVED_NAME)))
    if (!isSession(session)) {
      warnOutside(session)
      return done()
    }
    const { isRefused, isUnsaved } = noteOf(session)
    if (isRefused || (note.isAnswering && isUnsaved)) return giveUp(request, reply, done)
    if (note.isAnswering || !renewal.isDue(request, reply)) return save(request, reply, done)
    renewal.renew(request).then(() => save(request, reply, done))
  }

  function save(request: FastifyRequest, reply: FastifyReply, done: Done): void {
    const { session } = request
    const note = requestNote(request)
    note.isAnswering = true
    const end = (error?: Error) => {
      if (error) return done(error)
      answers.begin(request, reply)
      // Its hook would set the cookie with the defaults of the application's @fastify/cookie.
      note.heldSession = session
      request.session = null as never
      done()
    }
    try {
      if (needsSave(request)) session.save(end)
      else end()
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
    const { sentValue, isUnproven } = requestNote(request)
    const isSent = sentValue === lines.valueOf(session)
    if (isChangedVisibly(session) || (host.saveUninitialized && !isSent && !isUnproven)) return true
    const loadedVersion = loadedVersionOf(session)
    if (!loadedVersion) return isNewUnseen(session)
    return store.requests.isChangedUnseen(session) || !isSent || (loadedVersion.touched && hasDate(session))
  }

  // The host compares JSON, which fails for deep nesting.
  function isChangedVisibly(session: FastifyRequest['session']): boolean {
    return isJsonVisible(session as never) && session.isModified()
  }

  // JSON omits functions and symbols, and only a save refuses them.
  function isNewUnseen(session: FastifyRequest['session']): boolean {
    return Object.entries(session).some(([key, value]) => key !== 'cookie' && value !== undefined)
  }

  /** Takes the session from the host, which would send a cookie for a session that is not stored. */
  function giveUp(request: FastifyRequest, reply: FastifyReply, done: Done): void {
    const isSilent = noteOf(request.session).isRefused && reply.statusCode < 400
    requestNote(request).hasFailed = true
    request.session = null as never
    done(isSilent ? new RegenerateError() : undefined)
  }

  function settleCookie(request: FastifyRequest, reply: FastifyReply, _payload: unknown, done: Done): void {
    const note = requestNote(request)
    if (note.heldSession) request.session = note.heldSession
    note.heldSession = undefined
    answers.settle(request, reply, () => {
      const end = () => {
        late.watch(request)
        done()
      }
      if (devices && clearsCookie(reply, lines.name)) devices.clear(request, reply)
      if (devices && isSession(request.session)) devices.offer(request.session, reply).then(end, done)
      else end()
    })
  }
}

const hasDate = ({ cookie }: FastifyRequest['session']) => cookie.expires != null

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
