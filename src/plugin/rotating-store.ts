import { promisify } from 'node:util'
import type { FastifyRequest } from 'fastify'
import { answer, type Callback, type SessionCallback } from '../store/answer.ts'
import type { LiveSession } from '../store/content.ts'
import { answerFor } from '../store/faults.ts'
import { isFormer } from '../store/former.ts'
import { isGone } from '../store/gone.ts'
import { refuseInsert } from '../store/insertable.ts'
import { provenanceOf } from '../store/provenance.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import type { HostStore } from './anonymous-requests.ts'
import { isDropped } from './insecure-warning.ts'
import { isSession } from './is-session.ts'
import { isNew, noteNew } from './new-sessions.ts'

interface Rotation {
  readonly session: FastifyRequest['session']
  isDone: boolean
}

/**
 * The store as the host sees it. The host has one way to give a request another id, `regenerate()`: it ends the old
 * session, and stores the new one inside the callback of that. While an id is rotated, the first does nothing here, and
 * the second moves the stored session to its new id.
 */
export class RotatingStore implements HostStore {
  readonly #store: StoredSessionStore
  readonly #underWay = new WeakMap<FastifyRequest, Promise<boolean>>()
  // Set only while the host regenerates a session, for what it calls next.
  #replaced: FastifyRequest['session'] | undefined
  // Set only while the host calls, or is called, for the sake of this rotation.
  #rotation: Rotation | undefined

  constructor(store: StoredSessionStore) {
    this.#store = store
  }

  get(id: string, callback: SessionCallback): void {
    this.#store.get(id, callback)
  }

  set(id: string, session: object, callback: Callback): void {
    const rotation = this.#rotation
    if (!rotation) {
      if (this.#store.isSucceeding) noteNew(session)
      else if (!isNew(session) && !this.#store.freshIds.has(id)) refuseInsert(session)
      return this.#store.set(id, session, callback)
    }
    const { session: old } = rotation
    const names = { oldId: old.sessionId, newId: id }
    const sessions = { session: old as unknown as LiveSession, heir: session as LiveSession }
    answerFor(this.#store.events, 'write', this.#store.rotate({ ...names, ...sessions }), (error, isDone) => {
      rotation.isDone = isDone ?? false
      callback(error)
    })
  }

  destroy(id: string, callback: Callback): void {
    const rotation = this.#rotation
    const replaced = this.#replaced?.sessionId === id ? this.#replaced : undefined
    this.#replaced = undefined
    if (!rotation) {
      this.#store.noteReplaced(replaced)
      return this.#store.destroy(id, callback)
    }
    answer(undefined, () => this.#during(rotation, callback))
  }

  touch(id: string, session: object, callback: Callback): void {
    this.#store.touch(id, session, callback)
  }

  /**
   * Notes that an id was made for a request. When the request has a session already, this is how the host begins to
   * `regenerate()` it; at once after it the host ends the old one, and nothing else tells that from signing out.
   */
  noteId({ session }: FastifyRequest): void {
    if (!isSession(session)) return
    this.#replaced = session
    queueMicrotask(() => {
      this.#replaced = undefined
    })
  }

  /** See `rotateId` of {@link StoredSession}. Two calls of one request are one. */
  rotateId(request: FastifyRequest): Promise<boolean> {
    const rotating = this.#underWay.get(request) ?? this.#rotate(request)
    this.#underWay.set(request, rotating)
    const forget = () => this.#underWay.delete(request)
    rotating.then(forget, forget)
    return rotating
  }

  async #rotate(request: FastifyRequest): Promise<boolean> {
    const { session } = request
    if (!canRotate(request)) return false
    // First, because the host copies the session before it stores it: with what others changed meanwhile.
    await promisify(this.#store.set.bind(this.#store))(session.sessionId, session)
    if (!canRotate(request)) return false
    const rotation: Rotation = { session, isDone: false }
    try {
      const keys = Object.keys(session).filter((key) => key !== 'cookie')
      await this.#during(rotation, () => session.regenerate(keys as never))
      if (rotation.isDone) request.session.cookie = session.cookie
    } finally {
      if (!rotation.isDone) request.session = session
    }
    return rotation.isDone
  }

  #during<Result>(rotation: Rotation, work: () => Result): Result {
    this.#rotation = rotation
    try {
      return work()
    } finally {
      this.#rotation = undefined
    }
  }
}

/** Whether there is a stored session whose new id would reach its browser. */
function canRotate(request: FastifyRequest): boolean {
  const { session } = request
  if (!isSession(session) || isDropped(request)) return false
  return provenanceOf(session as never) !== undefined && !isGone(session) && !isFormer(session)
}
