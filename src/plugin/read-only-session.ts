import { UnavailableError } from '../errors.ts'

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
