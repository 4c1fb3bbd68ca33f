import type { FastifyRequest } from 'fastify'
import type { EndReason } from '../database/contract/session-database.ts'
import { UnavailableError } from '../errors.ts'
import { notes } from '../store/live/private-notes.ts'

/** What is known of a request, and nobody else sees. */
class RequestNote {
  /** Why the session that its cookie names is over. */
  endReason: EndReason | undefined
  /** Whether its cookie names an old id: by now its browser may have another cookie. */
  namesOldId = false
  /** What the application's generator threw when the host asked for the first id. */
  idFailure: Error | undefined
  /** Whether it continues without its session, because the session could not be read. */
  isAnonymous = false
  /** Whether the onSend hooks of its response ran before: Fastify runs them again for the error of a hook. */
  isAnswering = false
  /** Whether its response must leave the cookie as it is: what became of the session is not known. */
  hasFailed = false
  /** The rotation that is under way for it. */
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

/** Outside of `cookie.path` the host leaves an empty object, and none after `destroy()`. */
export function isSession(session: unknown): boolean {
  return typeof session === 'object' && session !== null && 'sessionId' in session
}

/** A session that was given a `__proto__`: it has the host's symbols still, and has lost its methods. */
export function isDisguised(session: unknown): boolean {
  if (typeof session !== 'object' || session === null) return false
  const isHost = typeof Object.getPrototypeOf(session)?.isModified === 'function'
  return !isHost && Object.getOwnPropertySymbols(session).length > 0
}

/** Methods that would change the session or end it: those that answer later, and those that answer at once. */
const LATER = new Set<string | symbol>(['save', 'regenerate', 'destroy', 'reload'])
const AT_ONCE = new Set<string | symbol>(['set', 'options', 'touch'])

/** A session, or its cookie, that can be looked at. Every attempt to change it fails as the read did. */
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
  new UnavailableError({ cause: new Error('the session could not be read, so it cannot be changed') })
