import type { FastifyRequest } from 'fastify'
import type { EndReason } from '../database/contract/session-database.ts'
import { EndedError, UnavailableError } from '../errors.ts'
import type { SessionCallback } from '../store/host-callbacks.ts'
import { noteOf, type Visitor } from '../store/live/live-session.ts'
import { loadedVersionOf } from '../store/live/loaded-version.ts'
import { notes } from '../store/live/private-notes.ts'
import type { IdReading } from '../store/requests/first-reading.ts'
import { isDropped } from './cookie/session-cookie.ts'

/** The private state of a request, which the application cannot see. */
class RequestNote {
  /** Why the session that its cookie names has expired or ended. */
  endReason: EndReason | undefined
  /** Whether its cookie names an old id, so that the browser may have another cookie by now. */
  namesOldId = false
  /** Whether its cookie names a session of a device that the request does not show, so that the browser keeps it. */
  isUnproven = false
  /** The signed id of its cookie, if the current secret signed it. */
  signedId: string | undefined
  /** The error of the application's generator when the host asked for the first id. */
  idFailure: Error | undefined
  /** Whether the request continues without its session, because the session could not be read. */
  isAnonymous = false
  /** Whether its onSend hooks have already run: Fastify runs them again for the error of a hook. */
  isAnswering = false
  /** The value of the session's cookie that it sent, if any. */
  sentValue: string | undefined
  /** What its cookie was found to be, if that was read before the host asks. */
  found: IdReading | undefined
  /** Its session while `request.session` is something else: for the onSend hook of the host, and for later hooks. */
  heldSession: FastifyRequest['session'] | undefined
  /** A proxy for its session, after the session was stored. */
  watchedSession: FastifyRequest['session'] | undefined
  /** Whether its response must not change the cookie, because the state of the session is not known. */
  hasFailed = false
  /** Its client; undefined unless the application keeps metadata, and until that is needed. */
  visitor: Visitor | undefined
  /** The running rotation of the request. */
  rotating: Promise<boolean> | undefined
}

const all = notes<RequestNote>()

/** The note of a request. */
export function requestNote(request: FastifyRequest): RequestNote {
  const known = all.get(request)
  if (known) return known
  const note = new RequestNote()
  all.set(request, note)
  return note
}

/** Answers as if there were no session when it cannot be read; used only at the start of a request, not by reload(). */
export function forgiving(request: FastifyRequest, callback: SessionCallback): SessionCallback {
  return (error, session) => {
    if ((error as { statusCode?: number } | null)?.statusCode !== 503) return callback(error, session)
    requestNote(request).isAnonymous = true
    callback(null)
  }
}

/** False for the empty object that the host leaves outside of `cookie.path`, and for none after `destroy()`. */
export function isSession(session: unknown): boolean {
  return typeof session === 'object' && session !== null && 'sessionId' in session
}

/** The session of a request itself, also where `request.session` is a proxy for it. */
export function liveSessionOf(request: FastifyRequest): FastifyRequest['session'] {
  const { heldSession, watchedSession } = requestNote(request)
  return heldSession && request.session === watchedSession ? heldSession : request.session
}

/** Whether the application set the `__proto__` of a session, which then has the host's symbols but not its methods. */
export function isDisguised(session: unknown): boolean {
  if (typeof session !== 'object' || session === null) return false
  const isHost = typeof Object.getPrototypeOf(session)?.isModified === 'function'
  return !isHost && Object.getOwnPropertySymbols(session).length > 0
}

/** Methods that would change or end the session: asynchronous methods first, then synchronous methods. */
const LATER = new Set<string | symbol>(['save', 'regenerate', 'destroy', 'reload'])
const AT_ONCE = new Set<string | symbol>(['set', 'options', 'touch'])

/** A read-only session or cookie. Every attempt to change it fails as the read did. */
export function readOnly<Target extends object>(target: Target): Target {
  return new Proxy(target, {
    get(_, name) {
      if (LATER.has(name)) return refuseLater
      if (AT_ONCE.has(name)) return refuse
      const value: unknown = Reflect.get(target, name, target)
      if (name === 'cookie') return readOnly(value as object)
      return typeof value === 'function' ? value.bind(target) : value
    },
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
    setPrototypeOf: refuse,
    preventExtensions: refuse,
  })
}

/** @throws `FST_STORED_SESSION_UNAVAILABLE`, for a change of a session that could not be read */
export function refuse(): never {
  throw unavailable()
}

function refuseLater(...parameters: unknown[]): Promise<never> | undefined {
  const callback = parameters.find((parameter) => typeof parameter === 'function') as
    | ((error: Error) => void)
    | undefined
  if (!callback) return Promise.reject(unavailable())
  queueMicrotask(() => callback(unavailable()))
  return undefined
}

/** The error of a change of a session that could not be read. */
export const unavailable = () =>
  new UnavailableError({ cause: new Error('the session could not be read, so it cannot be changed') })

/**
 * The session of a request that `update` changes.
 *
 * @throws `FST_STORED_SESSION_UNAVAILABLE` when it could not be read, `FST_STORED_SESSION_ENDED` without a session
 */
export function updatableSession(request: FastifyRequest): FastifyRequest['session'] {
  if (requestNote(request).isAnonymous) throw unavailable()
  const session = liveSessionOf(request)
  if (isSession(session)) return session
  throw new EndedError()
}

/** Whether a stored session exists, and a new id would reach its browser. */
export function canRotate(request: FastifyRequest): boolean {
  const { session } = request
  if (!isSession(session) || isDropped(request)) return false
  const loaded = loadedVersionOf(session)
  const { isGone, hasOldId } = noteOf(session)
  return loaded !== undefined && !isGone && !hasOldId && (!loaded.hasOldId || loaded.followed?.isUnused === true)
}
