import type { FastifyInstance, FastifyRequest } from 'fastify'
import { UnavailableError } from '../errors.ts'
import type { SessionCallback } from '../store/answer.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import { isSession } from './is-session.ts'

/** What becomes of a request whose session cannot be read. */
export type OnUnavailable = 'error' | 'anonymous'

/** What the host asks of a store. */
export type HostStore = Pick<StoredSessionStore, 'get' | 'set' | 'destroy' | 'touch'>

/** Requests that go on without their session, because it could not be read. */
export class AnonymousRequests {
  readonly #isOn: boolean
  readonly #requests = new WeakSet<FastifyRequest>()
  #loading: FastifyRequest | undefined

  constructor(onUnavailable: OnUnavailable) {
    this.#isOn = onUnavailable === 'anonymous'
  }

  /** Adds `request.sessionUnavailable`. */
  decorate(fastify: FastifyInstance): void {
    const isAnonymous = (request: FastifyRequest) => this.has(request)
    fastify.decorateRequest('sessionUnavailable', {
      getter() {
        return isAnonymous(this as unknown as FastifyRequest)
      },
    })
  }

  has(request: FastifyRequest): boolean {
    return this.#requests.has(request)
  }

  /** Notes whose session the host is going to ask for, before anything else runs. */
  begin(request: FastifyRequest): void {
    if (this.#isOn) this.#loading = request
  }

  /** Gives a request that has to do without its session an empty one that takes nothing. */
  settle(request: FastifyRequest): void {
    this.#loading = undefined
    if (this.has(request) && isSession(request.session)) request.session = readOnly(request.session)
  }

  /** The store as the host sees it: that a session cannot be read is told as if there were none. */
  storeFor(store: HostStore): HostStore {
    return {
      get: (id, callback) => store.get(id, this.#forgiving(callback)),
      set: (id, session, callback) => store.set(id, session, callback),
      destroy: (id, callback) => store.destroy(id, callback),
      touch: (id, session, callback) => store.touch(id, session, callback),
    }
  }

  // Only at the beginning of a request: reload() in a handler has a session already.
  #forgiving(callback: SessionCallback): SessionCallback {
    const request = this.#loading
    this.#loading = undefined
    if (!request) return callback
    return (error, session) => {
      if (!isPassing(error)) return callback(error, session)
      this.#requests.add(request)
      callback(null)
    }
  }
}

const isPassing = (error: unknown) => (error as { statusCode?: number } | null)?.statusCode === 503

/** Methods that would change the session or end it: those that answer later, and those that answer at once. */
const LATER = new Set<string | symbol>(['save', 'regenerate', 'destroy', 'reload'])
const AT_ONCE = new Set<string | symbol>(['set', 'options', 'touch'])

/** A session, or its cookie, that can be looked at. Every attempt to change it fails as the read did. */
function readOnly<Target extends object>(target: Target): Target {
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

function refuse(): never {
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

const unavailable = () =>
  new UnavailableError({ cause: new Error('the session could not be read, and so cannot be changed') })
