import type { FastifyReply, FastifyRequest } from 'fastify'
import { isSecretText, randomText } from '../../payload/page-values.ts'
import { isUse } from './idle-clock.ts'

interface Pass {
  readonly value: string
  usedAt: number
}

/** Characters of the random part in the name of the cookie. */
const SUFFIX = 8

/** The cookies of browsers that may use the dashboard. They end with the process. */
export class Passes {
  // Cookies are sent to all ports of a host, so two dashboards on one machine need two names.
  readonly #name = `stored-session-desk-${randomText().slice(0, SUFFIX)}`
  readonly #idleMs: number
  #valid: Pass[] = []

  /** @param idleMs - how long a pass is valid that nobody uses */
  constructor(idleMs = Number.POSITIVE_INFINITY) {
    this.#idleMs = idleMs
  }

  /** Gives the browser of a request a pass, with the response. */
  issue({ protocol }: FastifyRequest, reply: FastifyReply): void {
    const value = randomText()
    this.#valid.push({ value, usedAt: performance.now() })
    const secure = protocol === 'https' ? '; Secure' : ''
    reply.header('set-cookie', `${this.#name}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}`)
  }

  /** Whether the browser of a request has a valid pass. */
  has(request: FastifyRequest): boolean {
    const now = performance.now()
    this.#valid = this.#valid.filter(({ usedAt }) => now - usedAt < this.#idleMs)
    const given = cookieIn(request.headers.cookie, this.#name)
    const pass = this.#valid.find(({ value }) => isSecretText(value, given))
    if (pass && isUse(request)) pass.usedAt = now
    return pass !== undefined
  }
}

function cookieIn(cookies = '', name: string): string | undefined {
  const pairs = cookies.split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}
