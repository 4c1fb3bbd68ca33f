import type { CookieSerializeOptions } from '@fastify/cookie'
import type { CookieOptions } from '@fastify/session'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { FormerPlace } from './cookie-options.ts'

interface Host {
  readonly former: readonly FormerPlace[]
  readonly cookie?: CookieOptions
  readonly cookieName: string
  readonly cookiePrefix: string
}

/**
 * Makes the Set-Cookie lines of the session's cookie. They have the flags of the session alone: `reply.setCookie()`
 * would add the `parseOptions` of the application's @fastify/cookie, such as `signed`.
 */
export class CookieLines {
  readonly name: string
  readonly #prefix: string
  readonly #flags: CookieOptions
  readonly #former: readonly FormerPlace[]
  readonly #serialize: FastifyInstance['serializeCookie']

  constructor({ serializeCookie }: FastifyInstance, { cookie = {}, cookieName, cookiePrefix, former }: Host) {
    this.#former = former
    this.name = cookieName
    this.#prefix = cookiePrefix
    this.#flags = cookie
    this.#serialize = serializeCookie
  }

  /** The value that the cookie of a session has. */
  valueOf({ encryptedSessionId }: FastifyRequest['session']): string {
    return this.#prefix + encryptedSessionId
  }

  /**
   * The line that sets the cookie of a session.
   *
   * @param end - the end of the session, epoch milliseconds: the cookie has no later date
   */
  setting({ session, protocol }: FastifyRequest, end = Number.POSITIVE_INFINITY): string {
    const flags = flagsOf(session.cookie)
    if (flags.secure === 'auto') flags.secure = protocol === 'https'
    if (flags.expires && flags.expires.getTime() > end) flags.expires = new Date(end)
    return this.#serialize(this.name, this.valueOf(session), flags as never)
  }

  /**
   * The line that clears the cookie. It needs the flags that the cookie was set with: browsers drop a line for a
   * `__Host-` cookie without Secure, for a partitioned cookie without Partitioned, and a line without SameSite=None in
   * a frame of another site.
   */
  clearing(request: FastifyRequest): string {
    return this.#clearingAt(request, this.#flags)
  }

  /** The lines that clear the cookie at its former places. They precede any other line, for clients without places. */
  clearingFormer(request: FastifyRequest): string[] {
    return this.#former.map((place) => this.#clearingAt(request, place))
  }

  #clearingAt({ protocol }: FastifyRequest, { domain, path = '/' }: FormerPlace): string {
    const { secure, sameSite, httpOnly = true, partitioned } = this.#flags
    // The host derives the flags in the same way.
    const isDowngraded = secure === 'auto' && protocol !== 'https'
    const flags = {
      path,
      domain,
      secure: isDowngraded ? false : secure !== false,
      sameSite: (isDowngraded ? 'lax' : sameSite) || undefined,
      httpOnly,
      partitioned,
      expires: new Date(0),
      maxAge: 0,
    }
    return this.#serialize(this.name, '', flags as never)
  }
}

/** The flags of a live session's cookie, as the host sends them. */
export function flagsOf(cookie: FastifyRequest['session']['cookie']): CookieSerializeOptions {
  const { toJSON } = cookie as unknown as { toJSON(): CookieSerializeOptions }
  return toJSON.call(cookie)
}
