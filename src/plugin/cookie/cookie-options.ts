import type { CookieOptions } from '@fastify/session'
import { isCookieDate, LONGEST_MAX_AGE } from '../../payload/cookie-dates.ts'
import type { OptionChecks } from '../../store/options/option-checks.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'

/** A place where browsers may still have a cookie of an earlier configuration. */
export interface FormerPlace {
  /** As `cookie.domain` was. @defaultValue none: it was not set */
  readonly domain?: string | undefined
  /** As `cookie.path` was. @defaultValue `'/'` */
  readonly path?: string | undefined
}

/**
 * The option `cookie`: the flags of the session's cookie.
 *
 * @see RFC 6265bis, section 4.1
 * @example
 * ```ts
 * const cookie: SessionCookieOptions = { secure: true, sameSite: 'lax', former: [{ path: '/app' }] }
 * await app.register(storedSession, { database, secret, cookie })
 * ```
 */
export interface SessionCookieOptions extends CookieOptions {
  /** The path below which browsers send the cookie. @defaultValue `'/'` */
  path?: string
  /** The domain whose hosts get the cookie. @defaultValue none: only the host that set it */
  domain?: string
  /** Whether browsers send the cookie over HTTPS only; `'auto'`: as the request came. @defaultValue true */
  secure?: boolean | 'auto'
  /** Whether scripts of the page cannot read the cookie. @defaultValue true */
  httpOnly?: boolean
  /** Whether requests from other sites carry the cookie; `true` is `'strict'`. @defaultValue none: browsers decide */
  sameSite?: boolean | 'lax' | 'strict' | 'none'
  /** The lifetime from the last use, in milliseconds. @defaultValue none: it ends with the browser session */
  maxAge?: number
  /** A fixed date at which cookie and session end, instead of `maxAge`. @defaultValue none */
  expires?: Date
  /** Whether each top-level site has a cookie of its own (CHIPS); needs `secure`. @defaultValue false */
  partitioned?: boolean
  /**
   * The domains and paths that the cookie had before, at most 10. Every response that sets or clears the cookie also
   * clears it there, so that browsers do not keep a second cookie of this name.
   * @defaultValue none
   */
  former?: readonly FormerPlace[]
}

/** The flags that @fastify/session sends; it drops `priority` and `encode` of @fastify/cookie. */
const cookieOptionNames = [
  'path',
  'domain',
  'secure',
  'httpOnly',
  'sameSite',
  'maxAge',
  'expires',
  'partitioned',
  'former',
] as const

const MOST_FORMER = 10

/** Checks the flags of the cookie, and refuses combinations that browsers drop silently. */
export function checkCookie(cookie: unknown, cookieName: string, checks: OptionChecks): SessionCookieOptions {
  if (cookie === undefined) return {}
  if (typeof cookie !== 'object' || cookie === null || Array.isArray(cookie)) {
    checks.fault('cookie', 'must be an object with the flags of the cookie')
    return {}
  }
  checks.names(cookie, cookieOptionNames, 'cookie.')
  const options = cookie as SessionCookieOptions
  checkPlace('cookie', options, checks)
  checkValues(options, checks)
  checkFormer(options, cookieName, checks)
  checkCombinations(options, cookieName, checks)
  return options
}

function checkPlace(option: string, { domain, path }: FormerPlace, checks: OptionChecks): void {
  const checkedPath = checks.text(`${option}.path`, path, '/')
  if (!checkedPath.startsWith('/')) checks.fault(`${option}.path`, 'must begin with "/"')
  if (!PATH.test(checkedPath))
    checks.fault(`${option}.path`, 'must be printable ASCII without ";" and "<"; percent-encode the rest')
  const checkedDomain = checks.text(`${option}.domain`, domain, '')
  if (domain !== undefined && checkedDomain !== '' && !DOMAIN.test(checkedDomain))
    checks.fault(
      `${option}.domain`,
      'must be a host name such as "example.com", without scheme, port or path; write names outside ASCII as "xn--…"',
    )
}

function checkFormer(cookie: SessionCookieOptions, cookieName: string, checks: OptionChecks): void {
  const { former = [] } = cookie
  if (!Array.isArray(former) || former.length > MOST_FORMER)
    return checks.fault('cookie.former', `must be a list of at most ${MOST_FORMER} places, such as [{ path: "/app" }]`)
  if (former.length > 0 && /^__Host-/i.test(cookieName))
    checks.fault('cookie.former', 'must be empty, because cookies with the prefix __Host- have only one place')
  for (const [index, place] of former.entries()) {
    const option = `cookie.former[${index}]`
    if (typeof place !== 'object' || place === null) {
      checks.fault(option, 'must be an object with the former domain and path')
      continue
    }
    checks.names(place, ['domain', 'path'], `${option}.`)
    checkPlace(option, place, checks)
    if (isSamePlace(place, cookie)) checks.fault(option, 'is the current place of the cookie; remove it')
  }
}

function isSamePlace(one: FormerPlace, other: FormerPlace): boolean {
  const [place, current] = [one, other].map(({ domain = '', path = '/' }) => {
    return `${String(domain).replace(/^\./, '').toLowerCase()} ${path}`
  })
  return place === current
}

function checkValues(
  { secure, httpOnly, sameSite, maxAge, expires, partitioned }: CookieOptions,
  checks: OptionChecks,
): void {
  checks.boolean('cookie.httpOnly', httpOnly, true)
  checks.boolean('cookie.partitioned', partitioned, false)
  if (secure !== 'auto') checks.boolean('cookie.secure', secure, true)
  if (!SAME_SITE.includes(sameSite)) checks.fault('cookie.sameSite', 'must be "lax", "strict", "none", true or false')
  // This duration belongs to the host, which accepts only milliseconds.
  if (maxAge !== undefined && !(Number.isFinite(maxAge) && maxAge > 0)) {
    checks.fault(
      'cookie.maxAge',
      'must be milliseconds greater than 0; omit it for a cookie that ends with the browser session',
    )
  }
  if (Number.isFinite(maxAge) && Number(maxAge) > LONGEST_MAX_AGE)
    checks.fault('cookie.maxAge', `must be at most ${LONGEST_MAX_AGE} ms, a thousand years`)
  if (expires !== undefined && !(expires instanceof Date && expires.getTime() > Date.now())) {
    checks.fault('cookie.expires', 'must be a Date in the future')
  } else if (expires !== undefined && !isCookieDate(expires.getTime())) {
    checks.fault('cookie.expires', 'must be before the year 10000, the last that a cookie can carry')
  }
}

/** What a cookie can carry. @see RFC 6265, section 4.1.1, and RFC 1034, section 3.5 */
const PATH = /^[\u0020-\u003a\u003d-\u007e]*$/
const DOMAIN = /^\.?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i

const SAME_SITE: unknown[] = [undefined, true, false, 'lax', 'strict', 'none']

/** @see RFC 6265bis, sections 4.1.3 (prefixes) and 5.7 (storage model) */
function checkCombinations(cookie: CookieOptions, cookieName: string, checks: OptionChecks): void {
  if (cookie.expires !== undefined && cookie.maxAge !== undefined)
    checks.fault('cookie.expires', 'cannot be combined with cookie.maxAge; set one of them')
  const isInsecure = cookie.secure === false
  if (isInsecure && cookie.sameSite === 'none')
    checks.fault('cookie.sameSite', '"none" needs cookie.secure: browsers drop it otherwise')
  if (isInsecure && cookie.partitioned)
    checks.fault('cookie.partitioned', 'needs cookie.secure: browsers drop it otherwise')
  if (isInsecure && /^__(Host|Secure)-/i.test(cookieName))
    checks.fault('cookieName', 'with this prefix needs cookie.secure')
  const isAnchored = (cookie.path ?? '/') === '/' && cookie.domain === undefined
  if (/^__Host-/i.test(cookieName) && !isAnchored) {
    checks.fault('cookieName', 'with the prefix __Host- needs cookie.path "/" and no cookie.domain')
  }
}

/** The cookie that holds the signed id of a session. */
export interface CookiePlace {
  readonly cookieName: string
  /** The prefix of the value. */
  readonly cookiePrefix: string
}

const places = new WeakMap<StoredSessionStore, CookiePlace>()

/** Notes where an application keeps the id of a session, because the host does not expose it. */
export function noteCookiePlace(store: StoredSessionStore, place: CookiePlace): void {
  places.set(store, place)
}

/** Where the application of a store keeps the id of a session; undefined for a store that no plugin registered. */
export function cookiePlaceOf(store: StoredSessionStore): CookiePlace | undefined {
  return places.get(store)
}
