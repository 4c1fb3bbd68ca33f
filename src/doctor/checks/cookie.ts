import type { CookieOptions } from '@fastify/session'
import { type Found, fault, ok, skipped, warning } from '../findings/finding.ts'
import type { Settings } from '../findings/settings.ts'

/** Compares the cookie's flags with the environment, and with Fastify's `trustProxy` if the configuration has it. */
export function checkCookie({ options, source, trustProxy }: Settings, isProduction: boolean): Found[] {
  if (source === 'the environment') return [skipped('the environment has no options of the cookie')]
  const cookie = (typeof options.cookie === 'object' && options.cookie !== null ? options.cookie : {}) as CookieOptions
  const found = [...checkSecure(cookie, isProduction, trustProxy), ...checkFlags(cookie)]
  if (found.length > 0) return found
  return [ok(`the cookie is ${inWords(cookie)}${hint(cookie, trustProxy)}`)]
}

function checkSecure({ secure = true }: CookieOptions, isProduction: boolean, trustProxy: unknown): Found[] {
  if (secure === false) {
    const message = 'cookie.secure is off: anyone on the network path can read the cookie, and take over the session'
    if (isProduction) return [fault(`${message}; this is production (NODE_ENV)`, 'Remove secure: false')]
    return [warning(message, "Use secure: 'auto' in development, and omit it in production")]
  }
  if (secure === 'auto' && isProduction && !trustProxy) {
    return [
      warning(
        "cookie.secure is 'auto' in production (NODE_ENV): a connection that looks like http gets a cookie without the flag",
        `Omit secure in production. ${BEHIND_PROXY}`,
      ),
    ]
  }
  if (secure === true && trustProxy === false && isProduction) {
    return [
      warning(
        'cookie.secure is on and trustProxy is off: behind a proxy that terminates TLS no session is stored',
        `If there is such a proxy, set trustProxy. If Fastify itself speaks https, do not export trustProxy`,
      ),
    ]
  }
  return []
}

const BEHIND_PROXY =
  'Behind a proxy that terminates TLS, set trustProxy of Fastify, and export it from the configuration'

/** @see OWASP Session Management Cheat Sheet, "Cookies"; RFC 6265bis, section 4.1.2 */
function checkFlags({ secure = true, httpOnly = true, sameSite }: CookieOptions): Found[] {
  const found: Found[] = []
  if (!httpOnly)
    found.push(
      warning('cookie.httpOnly is off: scripts can read the cookie, also injected ones', 'Remove httpOnly: false'),
    )
  if (sameSite === 'none' && secure !== true)
    found.push(
      fault(
        'cookie.sameSite is "none" and cookie.secure is not true: browsers reject such a cookie',
        'Omit secure, or use sameSite: "lax"',
      ),
    )
  return found
}

function inWords({ secure = true, httpOnly = true, sameSite }: CookieOptions): string {
  const site = sameSite === true ? 'strict' : sameSite || 'not set, which browsers treat as lax'
  return `secure: ${secure}, httpOnly: ${httpOnly}, sameSite: ${site}`
}

function hint({ secure = true }: CookieOptions, trustProxy: unknown): string {
  if (secure !== true || trustProxy !== undefined) return ''
  return '; browsers send it only over https, so behind a proxy that terminates TLS the application needs trustProxy'
}
