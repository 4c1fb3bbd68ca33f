import { promisify } from 'node:util'
import type { FastifyRequest } from 'fastify'
import { InvalidOptionsError } from '../errors.ts'
import { isWellFormedId, newSessionId } from '../payload/session-id.ts'
import { type Callback, callBack, callBackFor, type SessionCallback } from '../store/host-callbacks.ts'
import { type HostCall, HostProtocol } from '../store/host-protocol.ts'
import { noteCookie } from '../store/live/cookie-lifetime.ts'
import { type LiveSession, noteOf } from '../store/live/live-session.ts'
import { hasOldId, loadedVersionOf } from '../store/live/loaded-version.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import type { CheckedOptions } from './options.ts'
import { isSession, readOnly, requestNote } from './request-state.ts'
import { isDropped } from './session-cookie.ts'

type Session = FastifyRequest['session']

interface Rotation {
  readonly session: Session
  isDone: boolean
}

/** What the host is doing for a request. */
interface RequestCall extends HostCall {
  /** It is about to ask for the session of this request. */
  readonly loading?: FastifyRequest
  /** It regenerates this session: next it ends it, and then stores the new one. Nothing else tells that from signing out. */
  readonly replaced?: Session
  /** It regenerates a session for the sake of this rotation. */
  readonly rotation?: Rotation
}

/**
 * The store as the host of this application sees it, which knows of requests what the protocol does not tell: for whom a
 * session is read, whether it may be inserted, what it is ended for. The host has one way to give a request another id,
 * `regenerate()`: while an id is rotated, ending the old session does nothing here, and storing the new one moves it.
 */
export class HostStore extends HostProtocol<RequestCall> {
  readonly #store: StoredSessionStore
  readonly #isForgiving: boolean

  constructor(store: StoredSessionStore, { onUnavailable }: Pick<CheckedOptions, 'onUnavailable'>) {
    super(store.requests, store.events)
    this.#store = store
    this.#isForgiving = onUnavailable === 'anonymous'
  }

  override get(id: string, callback: SessionCallback): void {
    const { loading } = this.call
    if (loading) this.finish(this.call)
    super.get(id, loading && this.#isForgiving ? forgiving(loading, callback) : callback)
  }

  override set(id: string, session: object, callback: Callback): void {
    const { rotation, replaced, succession } = this.call
    if (rotation) return this.#move(rotation, id, session as LiveSession, callback)
    if (replaced) return this.#replace(replaced, id, session as LiveSession, callback)
    const note = noteOf(session)
    if (!succession && !note.origin && !this.#store.freshIds.has(id)) note.origin = 'named'
    super.set(id, session, callback)
  }

  override destroy(id: string, callback: Callback): void {
    const { rotation, replaced } = this.call
    // What is to be done is known when the host goes on to store the new session, inside the callback.
    if (rotation) return callBack(undefined, () => this.during({ rotation }, callback))
    if (replaced?.sessionId === id) return callBack(undefined, () => this.during({ replaced }, callback))
    super.destroy(id, callback)
  }

  /** Notes whose session the host is going to ask for, before anything else runs. */
  beginLoading(request: FastifyRequest): void {
    this.begin({ loading: request })
  }

  /**
   * Notes that the host has made the session of a request, or loaded it; and gives one that has to do without its session
   * an empty one that takes nothing.
   */
  endLoading(request: FastifyRequest): void {
    if (this.call.loading) this.finish(this.call)
    const { session } = request
    if (!isSession(session)) return
    noteCookie(session as never)
    if (!loadedVersionOf(session)) noteOf(session).origin = 'new'
    if (requestNote(request).isAnonymous) request.session = readOnly(session)
  }

  /** Notes that the host makes an id for a request: the only place where a new id meets its request. */
  noteId(request: FastifyRequest): void {
    const { reading, rotation } = this.call
    const note = requestNote(request)
    note.endReason ??= reading?.reason
    note.namesOldId ||= reading?.isOldId ?? false
    if (rotation || !isSession(request.session)) return
    const call = { replaced: request.session }
    this.begin(call)
    queueMicrotask(() => this.finish(call))
  }

  /** See `rotateId` of {@link StoredSession}. Two calls of one request are one. */
  rotateId(request: FastifyRequest): Promise<boolean> {
    const note = requestNote(request)
    note.rotating ??= this.#rotate(request).finally(() => {
      note.rotating = undefined
    })
    return note.rotating
  }

  async #rotate(request: FastifyRequest): Promise<boolean> {
    const { session } = request
    if (!canRotate(request)) return false
    // First, because the host copies the session before it stores it: with what others changed meanwhile.
    await promisify(this.set.bind(this))(session.sessionId, session)
    if (!canRotate(request)) return false
    const rotation: Rotation = { session, isDone: false }
    try {
      const keys = Object.keys(session).filter((key) => key !== 'cookie')
      await this.during({ rotation }, () => session.regenerate(keys as never))
      if (rotation.isDone) request.session.cookie = session.cookie
    } finally {
      if (!rotation.isDone) request.session = session
    }
    return rotation.isDone
  }

  #replace(replaced: Session, newId: string, heir: LiveSession, callback: Callback): void {
    const replacing = this.#store.requests.replace(replaced.sessionId, replaced, newId, heir)
    callBackFor(this.#store.events, 'write', replacing, (error) => callback(error))
  }

  #move(rotation: Rotation, newId: string, heir: LiveSession, callback: Callback): void {
    const { session } = rotation
    const names = { oldId: session.sessionId, newId }
    const moving = this.#store.rotate({ ...names, session: session as never, heir })
    callBackFor(this.#store.events, 'write', moving, (error, isDone) => {
      rotation.isDone = isDone ?? false
      callback(error)
    })
  }
}

/** That a session cannot be read is told as if there were none: only at the beginning of a request, not by reload(). */
function forgiving(request: FastifyRequest, callback: SessionCallback): SessionCallback {
  return (error, session) => {
    if ((error as { statusCode?: number } | null)?.statusCode !== 503) return callback(error, session)
    requestNote(request).isAnonymous = true
    callback(null)
  }
}

/** Whether there is a stored session whose new id would reach its browser. */
function canRotate(request: FastifyRequest): boolean {
  const { session } = request
  if (!isSession(session) || isDropped(request)) return false
  return loadedVersionOf(session) !== undefined && !noteOf(session).isGone && !hasOldId(session)
}

/** The generator of session ids: the application's own, whose ids are checked, or ours. */
export function idGeneratorOf(own: ((request?: FastifyRequest) => string) | undefined) {
  if (!own) return newSessionId
  return (request?: FastifyRequest) => {
    try {
      return checked(own(request))
    } catch (error) {
      // The first id is asked for in the callback of a read, where nobody would catch this: our next hook tells.
      if (!request || isSession(request.session)) throw error
      requestNote(request).idFailure = error as Error
      return newSessionId()
    }
  }
}

function checked(id: unknown): string {
  if (isWellFormedId(id)) return id
  throw new InvalidOptionsError('idGenerator must return a string of 1 to 512 visible ASCII characters')
}
