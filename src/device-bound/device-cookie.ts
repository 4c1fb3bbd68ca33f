import type { CookieOptions } from '@fastify/session'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** The cookie of the session, whose flags the cookie of the device has too. */
export interface SessionCookie {
  readonly cookieName: string
  readonly cookie?: CookieOptions | undefined
}

/** The cookie that shows for a few minutes that a request comes from the device of its session. */
export class DeviceCookie {
  readonly name: string
  readonly #flags: CookieOptions
  readonly #fastify: FastifyInstance

  constructor(fastify: FastifyInstance, { cookieName, cookie = {} }: SessionCookie) {
    // At the end, because prefixes such as __Host- have a meaning for browsers.
    this.name = `${cookieName}-device`
    this.#flags = cookie
    this.#fastify = fastify
  }

  /** The value that a request sent; undefined without one. */
  sentBy({ cookies, raw }: Partial<FastifyRequest>): string | undefined {
    // Requests of WebSocket handshakes may be objects of the application.
    const sent = cookies ?? this.#fastify.parseCookie(raw?.headers.cookie ?? '')
    return sent[this.name]
  }

  /**
   * The line that sets the cookie.
   *
   * @param maxAge - seconds
   */
  setting(request: FastifyRequest, value: string, maxAge: number): string {
    return this.#fastify.serializeCookie(this.name, value, { ...this.#flagsFor(request), maxAge } as never)
  }

  /** The line that clears the cookie. */
  clearing(request: FastifyRequest): string {
    const flags = { ...this.#flagsFor(request), maxAge: 0, expires: new Date(0) }
    return this.#fastify.serializeCookie(this.name, '', flags as never)
  }

  /** The flags as text, by which a browser recognizes the cookie. */
  attributes(request: FastifyRequest): string {
    const line = this.#fastify.serializeCookie(this.name, '', this.#flagsFor(request) as never)
    return line.slice(line.indexOf('; ') + 2)
  }

  #flagsFor({ protocol }: FastifyRequest) {
    const { path = '/', domain, secure, sameSite, partitioned } = this.#flags
    // The session's cookie derives the flags in the same way.
    const isDowngraded = secure === 'auto' && protocol !== 'https'
    return {
      path,
      domain,
      secure: isDowngraded ? false : secure !== false,
      sameSite: (isDowngraded ? 'lax' : sameSite) || undefined,
      httpOnly: true,
      partitioned,
    }
  }
}
