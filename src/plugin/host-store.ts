import { promisify } from 'node:util'
import type { FastifyRequest } from 'fastify'
import type { DeviceBinding } from '../device-bound/device-binding.ts'
import { inheritedBinding } from '../store/binding/inherited-binding.ts'
import { type Callback, callBack, callBackFor, type SessionCallback } from '../store/host-callbacks.ts'
import { type HostCall, HostProtocol } from '../store/host-protocol.ts'
import { noteCookie, noteUnlimited } from '../store/live/cookie-lifetime.ts'
import { type LiveSession, noteOf } from '../store/live/live-session.ts'
import { loadedVersionOf } from '../store/live/loaded-version.ts'
import type { Asker } from '../store/requests/unproven.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import { allowNoLifetime } from './cookie/no-lifetime.ts'
import type { CheckedOptions } from './options.ts'
import { canRotate, forgiving, isSession, readOnly, requestNote, updatableSession } from './request-state.ts'
import { Updates } from './updating/updates.ts'
import { Visitors } from './visitors.ts'

type Session = FastifyRequest['session']

interface Rotation {
  readonly session: Session
  /** Whether `rotateEvery` rotates the id. */
  readonly isRenewal: boolean
  isDone: boolean
}

/** What the host is doing for a request. */
interface RequestCall extends HostCall {
  /** The host is about to ask for the session of this request. */
  readonly loading?: FastifyRequest
  /** The host regenerates this session: it ends it, then stores the new one. Without this it looks like a sign-out. */
  readonly replaced?: Session
  /** The host regenerates a session for this rotation. */
  readonly rotation?: Rotation
  /** The signed id of the session that the host receives. */
  readonly signedId?: string | undefined
}

/**
 * The store as the host of this application sees it. It knows what the protocol does not contain: for which request a
 * session is read, whether it may be inserted, and why it is ended. The host has only one way to give a request another
 * id, `regenerate()`. While an id is rotated, ending the old session does nothing, and storing the new one moves it.
 */
export class HostStore extends HostProtocol<RequestCall> {
  readonly #store: StoredSessionStore
  readonly #isForgiving: boolean
  readonly #visitors: Visitors
  readonly #devices: DeviceBinding | undefined
  readonly #updates: Updates

  constructor(
    store: StoredSessionStore,
    { onUnavailable, store: { metadata } }: Pick<CheckedOptions, 'onUnavailable' | 'store'>,
    devices?: DeviceBinding,
  ) {
    super(store.requests, store.events)
    this.#store = store
    this.#visitors = new Visitors(metadata, store.events)
    this.#updates = new Updates(store.requests, store.events)
    this.#isForgiving = onUnavailable === 'anonymous'
    this.#devices = devices
  }

  override get(id: string, callback: SessionCallback): void {
    const { loading } = this.call
    if (!loading) return super.get(id, callback)
    this.finish(this.call)
    const { found, signedId } = requestNote(loading)
    const receive = this.#isForgiving ? forgiving(loading, callback) : callback
    super.get(
      id,
      (error, session) => this.during({ ...this.call, signedId }, () => receive(error, session)),
      found?.id === id ? found.reading : undefined,
      this.askerOf(loading),
    )
  }

  override set(id: string, session: object, callback: Callback): void {
    const { rotation, replaced, succession } = this.call
    if (rotation) return this.#move(rotation, id, session as LiveSession, callback)
    if (replaced) return this.#replace(replaced, id, session as LiveSession, callback)
    // The update stores the session when its function has returned.
    if (this.#updates.isRunningFor(session)) return callBack(undefined, callback)
    if (!succession) this.#noteOrigin(id, session)
    super.set(id, session, callback)
  }

  /** Notes a session that was neither made nor loaded by a request, which must not be inserted. */
  #noteOrigin(id: string, session: object): void {
    const note = noteOf(session)
    if (!note.origin && !this.#store.freshIds.has(id)) note.origin = 'named'
  }

  override destroy(id: string, callback: Callback): void {
    const { rotation, replaced } = this.call
    // The next step is known only when the host stores the new session, inside the callback.
    if (rotation) return callBack(undefined, () => this.during({ rotation }, callback))
    if (replaced?.sessionId === id) return callBack(undefined, () => this.during({ replaced }, callback))
    super.destroy(id, callback)
  }

  /** Who asks for the session of a request. */
  askerOf(request: FastifyRequest): Asker {
    return { visitor: this.#visitors.of(request), device: this.#devices?.shownBy(request) }
  }

  /** Notes the request whose session the host asks for next, before other code runs. */
  beginLoading(request: FastifyRequest): void {
    this.begin({ loading: request })
  }

  /**
   * Notes that the host has made or loaded the session of a request. A request whose session could not be read gets an
   * empty session that is read-only.
   */
  endLoading(request: FastifyRequest): void {
    if (this.call.loading) this.finish(this.call)
    const { session } = request
    if (!isSession(session)) return
    allowNoLifetime(session.cookie)
    noteCookie(session as never)
    const note = noteOf(session)
    note.visitor = this.#visitors.of(request)
    if (note.visitor) this.#store.noteVisitor(session.sessionId, note.visitor)
    if (!loadedVersionOf(session)) note.origin = 'new'
    if (requestNote(request).isAnonymous) request.session = readOnly(session)
  }

  /** Notes that the host makes an id for a request: only here are the new id and its request known together. */
  noteId(request: FastifyRequest): void {
    const { reading, rotation } = this.call
    const note = requestNote(request)
    note.endReason ??= reading?.reason
    note.namesOldId ||= reading?.isOldId ?? false
    note.isUnproven ||= reading?.keepsCookie ?? false
    if (rotation || !isSession(request.session)) return
    const call = { replaced: request.session }
    this.begin(call)
    queueMicrotask(() => this.finish(call))
  }

  /** See `rotateId` of {@link StoredSession}. Concurrent calls of one request share one rotation. */
  rotateId(request: FastifyRequest, isRenewal = false): Promise<boolean> {
    const note = requestNote(request)
    note.rotating ??= this.#rotate(request, isRenewal).finally(() => {
      note.rotating = undefined
    })
    return note.rotating
  }

  /** See `update` of {@link StoredSession}. */
  async update<Result>(request: FastifyRequest, change: (session: Session) => Result): Promise<Awaited<Result>> {
    const { rotating } = requestNote(request)
    // Without a pause, so that a call within the function of an update belongs to it.
    if (rotating) await rotating.catch(() => {})
    const session = updatableSession(request)
    this.#noteOrigin(session.sessionId, session)
    return this.#updates.update(session, change)
  }

  async #rotate(request: FastifyRequest, isRenewal: boolean): Promise<boolean> {
    const { session } = request
    if (!canRotate(request)) return false
    // Saved first, so that the copy that the host makes of the session contains the changes of other requests.
    await promisify(this.set.bind(this))(session.sessionId, session)
    if (!canRotate(request)) return false
    const rotation: Rotation = { session, isRenewal, isDone: false }
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
    // The host gives the new session the lifetime that the old one had when it was loaded.
    const isUnlimited = loadedVersionOf(replaced)?.lifetime.originalMaxAge === null
    if (isUnlimited && heir.cookie) noteUnlimited(heir.cookie)
    Object.assign(noteOf(heir), { visitor: noteOf(replaced).visitor, inherited: inheritedBinding(replaced) })
    const replacing = this.#store.requests.replace(replaced.sessionId, replaced, newId, heir)
    callBackFor(this.#store.events, 'write', replacing, (error) => callback(error))
  }

  #move(rotation: Rotation, newId: string, heir: LiveSession, callback: Callback): void {
    const { session, isRenewal } = rotation
    const names = { oldId: session.sessionId, newId }
    noteOf(heir).visitor = noteOf(session).visitor
    const moving = this.#store.rotate({ ...names, session: session as never, heir, isRenewal })
    callBackFor(this.#store.events, 'write', moving, (error, isDone) => {
      rotation.isDone = isDone ?? false
      callback(error)
    })
  }
}
