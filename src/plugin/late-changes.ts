import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import { isSession, requestNote } from './request-state.ts'

type Session = FastifyRequest['session']

/**
 * Warns once about a change of a session that was stored already: such a change is lost unless a save follows. After the
 * session is stored, `request.session` is a proxy that sees changes of its keys, and not those inside of their values,
 * because comparing these would serialize the session again for each request.
 */
export class LateChanges {
  readonly #log: FastifyBaseLogger
  readonly #handler: ProxyHandler<Session>
  readonly #saved = new WeakSet<object>()
  #isTold = false

  constructor(log: FastifyBaseLogger) {
    this.#log = log
    this.#handler = {
      get: (session, name) => {
        if (name === 'set') this.#note(session)
        if (name === 'save') this.#saved.add(session)
        const value: unknown = Reflect.get(session, name, session)
        // The methods of the host and the notes of the store belong to the session.
        return typeof value === 'function' ? value.bind(session) : value
      },
      set: (session, name, value) => {
        this.#note(session)
        return Reflect.set(session, name, value, session)
      },
      deleteProperty: (session, name) => {
        this.#note(session)
        return Reflect.deleteProperty(session, name)
      },
    }
  }

  /** Watches the session of a request from now on. */
  watch(request: FastifyRequest): void {
    const { session } = request
    if (this.#isTold || !isSession(session)) return
    const note = requestNote(request)
    note.heldSession = session
    note.watchedSession = new Proxy(session, this.#handler)
    request.session = note.watchedSession
  }

  /** Gives a request its session back, because Fastify runs its onSend hooks again for the error of a hook. */
  unwatch(request: FastifyRequest): void {
    const note = requestNote(request)
    const { heldSession, watchedSession } = note
    if (heldSession && watchedSession && request.session === watchedSession) request.session = heldSession
    note.heldSession = undefined
    note.watchedSession = undefined
  }

  // A hook may change the session and save it itself, right after that.
  #note(session: object): void {
    if (this.#isTold) return
    this.#saved.delete(session)
    setImmediate(() => {
      if (!this.#isTold && !this.#saved.has(session)) this.#warn()
    })
  }

  #warn(): void {
    this.#isTold = true
    this.#log.warn(
      { plugin: 'stored-session' },
      'a session was changed after it was stored, and the change is lost: in an onSend hook that was registered after ' +
        'stored-session, in an onResponse hook, or in work that its handler did not await. Change the session in the ' +
        'handler, register the onSend hook before stored-session, or call request.session.save() right after the change. ' +
        'This is logged once.',
    )
  }
}
