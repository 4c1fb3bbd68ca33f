import type { FastifyRequest } from 'fastify'
import type { TokenCodec } from '../payload/binding/token-codec.ts'
import type { FewPerMinute } from '../store/core/few-per-minute.ts'
import type { Visitor } from '../store/live/live-session.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import type { CheckedDeviceBound } from './device-bound-options.ts'
import type { DeviceCookie } from './device-cookie.ts'

/** What the requests of a browser that binds and renews need. */
export interface DeviceParts {
  readonly store: StoredSessionStore
  readonly options: CheckedDeviceBound
  readonly cookie: DeviceCookie
  /** Where browsers bind and renew, as they name it. */
  readonly paths: { readonly register: string; readonly refresh: string }
  readonly requests: SessionsOfRequests
  /** Addresses that sent proofs that failed. */
  readonly failures: FewPerMinute
  /** The tokens of the store, which is open. */
  tokens(): TokenCodec
}

/** What the plugin knows of requests. */
export interface SessionsOfRequests {
  /** The ids of the session's cookies, as far as this application signed them. */
  idsOf(request: FastifyRequest): string[]
  /** Undefined unless the application keeps metadata. */
  visitorOf(request: FastifyRequest): Visitor | undefined
}
