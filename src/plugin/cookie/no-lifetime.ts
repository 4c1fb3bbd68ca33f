import { noteUnlimited } from '../../store/live/cookie-lifetime.ts'

interface Setter {
  get(): unknown
  set(value: unknown): void
}

const known = new WeakSet<object>()

/**
 * Lets `session.cookie.maxAge = null` and `session.cookie.expires = false` remove the lifetime of a cookie, as in
 * express-session. The setters of the host would make the session expire at once.
 *
 * The class of cookies changes once per process, so that the cookies of `reload()`, `regenerate()` and `options()`,
 * which no hook sees, have the setters too.
 *
 * @param cookie - any cookie of the host
 */
export function allowNoLifetime(cookie: object): void {
  const host = Object.getPrototypeOf(cookie)
  if (known.has(host)) return
  known.add(host)
  const maxAge = Object.getOwnPropertyDescriptor(host, 'maxAge') as Setter | undefined
  const expires = Object.getOwnPropertyDescriptor(host, 'expires') as Setter | undefined
  if (!maxAge?.set || !expires?.set) return
  function removeLifetime(cookie: { originalMaxAge?: unknown }): void {
    cookie.originalMaxAge = null
    expires?.set.call(cookie, null)
    noteUnlimited(cookie)
  }
  for (const [name, { get, set }] of Object.entries({ maxAge, expires })) {
    Object.defineProperty(host, name, {
      get,
      set(value: unknown) {
        if (value === null || value === false) removeLifetime(this)
        else set.call(this, value)
      },
      configurable: true,
    })
  }
}
