import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { InvalidOptionsError } from '../errors.ts'
import type { ShownDevice } from '../store/binding/shown-device.ts'
import { FewPerMinute } from '../store/core/few-per-minute.ts'
import { noteOf } from '../store/live/live-session.ts'
import { loadedVersionOf } from '../store/live/loaded-version.ts'
import { isEmpty } from '../store/requests/heirs.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import type { CheckedDeviceBound } from './device-bound-options.ts'
import { DeviceCookie, type SessionCookie } from './device-cookie.ts'
import type { DeviceParts, SessionsOfRequests } from './device-parts.ts'
import { offerOf } from './registration.ts'
import { addDeviceRoutes } from './routes.ts'

/** Proofs of one address that may fail in a minute. */
const MOST_FAILURES = 20

/** Binds the sessions of an application to the devices of its users. */
export class DeviceBinding {
  readonly #cookie: DeviceCookie
  readonly #options: CheckedDeviceBound
  readonly #fastify: FastifyInstance
  #parts: DeviceParts | undefined

  constructor(fastify: FastifyInstance, options: CheckedDeviceBound, host: SessionCookie) {
    this.#fastify = fastify
    this.#options = options
    this.#cookie = new DeviceCookie(fastify, host)
    refuseOutside(fastify.prefix + options.path, host.cookie?.path)
  }

  /** What a request shows of its device. */
  shownBy(request: FastifyRequest): ShownDevice {
    const { isRequired, grace } = this.#options
    return { token: this.#cookie.sentBy(request), grace: isRequired ? grace : undefined }
  }

  /** Adds the routes; before the hooks of sessions. */
  async addRoutes(store: StoredSessionStore, requests: SessionsOfRequests): Promise<void> {
    const path = this.#fastify.prefix + this.#options.path
    this.#parts = {
      store,
      requests,
      options: this.#options,
      cookie: this.#cookie,
      paths: { register: `${path}/register`, refresh: `${path}/refresh` },
      failures: new FewPerMinute(MOST_FAILURES),
      tokens: () => store.requests.tokens,
    }
    await addDeviceRoutes(this.#fastify, this.#parts)
  }

  /**
   * Clears the cookie of the device together with the session's. The browser then asks for it with its next request, and
   * learns that it may forget the key.
   */
  clear(request: FastifyRequest, reply: FastifyReply): void {
    if (this.#cookie.sentBy(request) !== undefined) reply.header('set-cookie', this.#cookie.clearing(request))
  }

  /** Offers to bind a session with the response that gives the browser its cookie. Later a thief could accept it. */
  async offer(session: FastifyRequest['session'], reply: FastifyReply): Promise<void> {
    if (!isOffered(session)) return
    reply.header('secure-session-registration', await offerOf(this.#parts!, session.sessionId))
  }
}

/** Whether a request began a session with content, which is not bound yet. */
function isOffered(session: FastifyRequest['session']): boolean {
  const loadedVersion = loadedVersionOf(session)
  if (!loadedVersion?.isWritten || loadedVersion.binding || loadedVersion.hasOldId) return false
  const { isFirst, isGone } = noteOf(session)
  return isFirst && !isGone && !isEmpty(session)
}

function refuseOutside(path: string, cookiePath = '/'): void {
  const place = cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`
  if (path.startsWith(place)) return
  throw new InvalidOptionsError(
    `deviceBound.path must lie below cookie.path (${cookiePath}), so that browsers send the cookie there; set deviceBound: { path: "${place}dbsc" }`,
  )
}
