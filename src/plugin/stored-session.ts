import fastifyCookie, { Signer } from '@fastify/cookie'
import fastifySession from '@fastify/session'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { EndReason } from '../database/contract/session-database.ts'
import { DeviceBinding } from '../device-bound/device-binding.ts'
import type { SessionMetadata } from '../metadata/session-metadata.ts'
import { loadedVersionOf } from '../store/live/loaded-version.ts'
import { StoredSessionStore } from '../store/stored-session-store.ts'
import { noteCookiePlace } from './cookie/cookie-options.ts'
import { SentCookies } from './cookie/sent-cookies.ts'
import { TwinCookies } from './cookie/twin-cookies.ts'
import type { CookieAnswers } from './cookie-answers.ts'
import { hostSigner } from './host-signer.ts'
import { HostStore } from './host-store.ts'
import { refuseHost } from './host-version.ts'
import { idGeneratorOf } from './id-generator.ts'
import { logEvents } from './log.ts'
import { managementOf, type StoredSession } from './management.ts'
import { type CheckedOptions, checkOptions, type StoredSessionOptions } from './options.ts'
import { isSession, requestNote } from './request-state.ts'
import { addSavingHooks, type RequestCookies } from './saving-hooks.ts'
import { refuseShortGrace, trimEveryRequests } from './trim-hooks.ts'

export type { SessionListener, StoredSession } from './management.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Sessions of this application: what you can do with them outside of `request.session`. */
    storedSession: StoredSession
  }
  interface FastifyRequest {
    /** Why the session of the cookie has expired or ended; undefined while it is live, or without a cookie. */
    readonly sessionEndReason: EndReason | undefined
    /** Whether the session could not be read, so that `request.session` is empty and read-only: see `onUnavailable`. */
    readonly sessionUnavailable: boolean
    /** Who used the session first and last, as stored; undefined without the option `metadata`, and until it is stored. */
    readonly sessionMetadata: SessionMetadata | undefined
    /** Whether the session is bound to the device that the request comes from, by the option `deviceBound`. */
    readonly isDeviceBound: boolean
  }
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
  const { host, deviceBound } = checked
  const devices = deviceBound && new DeviceBinding(fastify, deviceBound, host)
  const hostStore = new HostStore(store, checked, devices)
  noteCookiePlace(store, host)
  const cookies = { sent: new SentCookies(fastify, host), twins: new TwinCookies(store, host) }
  await devices?.addRoutes(store, {
    idsOf: (request) => cookies.sent.valuesOf(request).flatMap((value) => cookies.twins.idOf(value) ?? []),
    visitorOf: (request) => hostStore.askerOf(request).visitor,
  })
  const answers = await registerHost(fastify, { store, hostStore, cookies, devices }, checked)
  fastify.decorate('storedSession', managementOf(store, hostStore, answers))
  trimEveryRequests(fastify, store, checked.store)
}

/** What the hooks of a request need. */
interface Parts {
  readonly store: StoredSessionStore
  readonly hostStore: HostStore
  readonly cookies: RequestCookies
  readonly devices: DeviceBinding | undefined
}

async function registerHost(
  fastify: FastifyInstance,
  { store, hostStore, cookies, devices }: Parts,
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
  fastify.decorateRequest('isDeviceBound', {
    getter() {
      const { session } = this as unknown as FastifyRequest
      return isSession(session) && Boolean(loadedVersionOf(session)?.binding)
    },
  })
  fastify.decorateRequest('sessionMetadata', {
    getter() {
      const { session } = this as unknown as FastifyRequest
      return isSession(session) ? store.requests.metadataOf(session) : undefined
    },
  })
  return addSavingHooks(fastify, store, hostStore, checked, cookies, devices, () =>
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
 * @param fastify - the application, or a scope of it
 * @param options - where the sessions are, and how long they live
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, `FST_STORED_SESSION_INVALID_KEY`, `FST_STORED_SESSION_UNREACHABLE`,
 * `FST_STORED_SESSION_MISSING_DRIVER`, `FST_STORED_SESSION_MISSING_TABLE`, `FST_STORED_SESSION_WRONG_SETTINGS` and
 * `FST_STORED_SESSION_MIGRATION_FAILED`, at registration
 * @see OWASP Session Management Cheat Sheet
 * @example
 * ```ts
 * await app.register(storedSession, { database: 'sqlite:sessions.db', secret: process.env.SESSION_SECRET! })
 * ```
 */
export const storedSession = fastifyPlugin(register, { fastify: '5.x', name: 'stored-session' })
