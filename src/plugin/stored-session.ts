import fastifyCookie, { Signer } from '@fastify/cookie'
import fastifySession from '@fastify/session'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { EndReason } from '../database/contract/session-database.ts'
import type { SessionEvents } from '../store/core/events.ts'
import type { Health } from '../store/health.ts'
import { StoredSessionStore } from '../store/stored-session-store.ts'
import { noteCookiePlace } from './cookie/cookie-options.ts'
import type { CookieAnswers } from './cookie-answers.ts'
import { hostSigner } from './host-signer.ts'
import { HostStore, idGeneratorOf } from './host-store.ts'
import { refuseHost } from './host-version.ts'
import { logEvents } from './log.ts'
import { type CheckedOptions, checkOptions, type StoredSessionOptions } from './options.ts'
import { requestNote } from './request-state.ts'
import { addSavingHooks } from './saving-hooks.ts'
import type { SessionAdministration } from './session-administration.ts'
import { refuseShortGrace, trimEveryRequests } from './trim-hooks.ts'

declare module 'fastify' {
  interface FastifyInstance {
    storedSession: StoredSession
  }
  interface FastifyRequest {
    /** Why the session of the cookie has expired or ended; undefined while it is live, or without a cookie. */
    readonly sessionEndReason: EndReason | undefined
    /** Whether the session could not be read, so that `request.session` is empty and read-only: see `onUnavailable`. */
    readonly sessionUnavailable: boolean
  }
}

/** A listener of an event. */
export type SessionListener<Name extends keyof SessionEvents> = (event: SessionEvents[Name][0]) => void

/** The methods of `fastify.storedSession`. */
export interface StoredSession extends SessionAdministration {
  /**
   * Writes pending touches and events of the history now, which are otherwise written in the background a moment later. For hosts that stop the
   * process between two requests. Never rejects: a failure is an event.
   */
  flush(): Promise<void>
  /** Checks the database and the key provider, for at most `operationTimeout`; never rejects. For probes. */
  health(): Promise<Health>
  /** Calls a listener with every event of this name, only of this application. */
  on<Name extends keyof SessionEvents>(event: Name, listener: SessionListener<Name>): void
  /** Removes a listener of {@link on}. */
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
   * @returns false when the session keeps its id: it is not stored, has expired or ended, another request was quicker,
   * or the host would not send the cookie over this connection
   * @throws `FST_STORED_SESSION_UNAVAILABLE`, after at most three times `operationTimeout`: the session continues under
   * its old id, however late a statement arrives. The valid id is unknown only when the database did not answer at all
   * @see OWASP Session Management Cheat Sheet, "Renewal Timeout"
   */
  rotateId(request: FastifyRequest): Promise<boolean>
  /**
   * The values of the header `Set-Cookie` for a response that you write yourself, after `reply.hijack()`: the cookie of a
   * session that this request stored, or the end of its cookie after `destroy()`; empty when the browser keeps its cookie.
   * Call `await request.session.save()` before, because nothing else stores the session then.
   *
   * @example
   * ```ts
   * reply.raw.writeHead(200, { 'set-cookie': app.storedSession.setCookieHeader(request) })
   * ```
   */
  setCookieHeader(request: FastifyRequest): string[]
  /** The store, for applications that register @fastify/session themselves. */
  readonly store: StoredSessionStore
}

async function register(fastify: FastifyInstance, options: StoredSessionOptions): Promise<void> {
  const checked = checkOptions(options)
  refuseHost(fastify)
  refuseShortGrace(fastify, checked.store)
  if (!fastify.hasReplyDecorator('setCookie')) await fastify.register(fastifyCookie)
  const store = new StoredSessionStore(checked.store)
  const endLog = logEvents(store.events, fastify.log)
  fastify.addHook('onClose', () => store.close().finally(endLog))
  await store.ready()
  const hostStore = new HostStore(store, checked)
  noteCookiePlace(store, checked.host)
  const answers = await registerHost(fastify, store, hostStore, checked)
  fastify.decorate('storedSession', managementOf(store, hostStore, answers))
  trimEveryRequests(fastify, store, checked.store)
}

function managementOf(store: StoredSessionStore, hostStore: HostStore, answers: CookieAnswers): StoredSession {
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
    reencrypt: (options) => store.reencrypt(options),
    flush: () => store.flush(),
    health: () => store.health(),
    on: (event, listener) => void store.events.on(event, listener as never),
    off: (event, listener) => void store.events.off(event, listener as never),
    rotateId: (request) => hostStore.rotateId(request),
    setCookieHeader: (request) => answers.linesFor(request),
    store,
  }
}

async function registerHost(
  fastify: FastifyInstance,
  store: StoredSessionStore,
  hostStore: HostStore,
  checked: CheckedOptions,
): Promise<CookieAnswers> {
  const { host } = checked
  const { former: _, ...options } = host
  const generateId = idGeneratorOf(host.idGenerator)
  const idGenerator = (request?: FastifyRequest) => {
    const id = generateId(request)
    // The application's generator may make an id that is stored already.
    if (!host.idGenerator) store.freshIds.add(id)
    if (request) hostStore.noteId(request)
    return id
  }
  fastify.decorateRequest('sessionEndReason', {
    getter() {
      return requestNote(this as unknown as FastifyRequest).endReason
    },
  })
  fastify.decorateRequest('sessionUnavailable', {
    getter() {
      return requestNote(this as unknown as FastifyRequest).isAnonymous
    },
  })
  return addSavingHooks(fastify, store, hostStore, checked, () =>
    // The store renews the last use itself, because the host would write the whole session at every request.
    fastify.register(fastifySession, {
      ...options,
      secret: hostSigner(new Signer(host.secret, host.algorithm), hostStore),
      store: hostStore as never,
      idGenerator,
      rolling: false,
    }),
  )
}

/**
 * Sessions for Fastify, encrypted in the database that you run already.
 *
 * @throws errors with the code `FST_STORED_SESSION_*`, at registration
 * @example
 * ```ts
 * await app.register(storedSession, { database: 'sqlite:sessions.db', secret: process.env.SESSION_SECRET })
 * ```
 */
export const storedSession = fastifyPlugin(register, { fastify: '5.x', name: 'stored-session' })
