import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../../dashboard/frame/refusal.ts'
import { baseOf, queryOf } from '../../dashboard/frame/requests.ts'
import { sendRefusal } from '../../dashboard/frame/shell.ts'
import { pagePolicy, setPageHeaders } from '../../pages/page-headers.ts'
import { isSecretText, randomText } from '../../payload/page-values.ts'
import type { Entrance } from './entrance.ts'
import { Passes } from './passes.ts'

/** An address with a key that works once. It gives its browser a pass, and the key leaves the address bar. */
export class OneTimeAddress implements Entrance {
  readonly isLocal = true
  readonly #key = randomText()
  readonly #passes = new Passes()
  #isUsed = false

  get start(): string {
    return `/?key=${this.#key}`
  }

  hasEntered(request: FastifyRequest): boolean {
    return this.#passes.has(request)
  }

  guard(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    const key = baseOf(request, '') === '' ? queryOf(request).get('key') : null
    const hasEntered = this.hasEntered(request)
    if (key === null) return hasEntered ? undefined : sendRefusal(reply, withoutPass(), '')
    // A program that only looks at links, with HEAD, must not use up the key.
    if (!isSecretText(this.#key, key) || request.method !== 'GET') return sendRefusal(reply, wrongKey())
    if (this.#isUsed) return sendRefusal(reply, usedKey(), hasEntered ? '' : undefined)
    this.#isUsed = true
    this.#passes.issue(request, reply)
    setPageHeaders(reply, pagePolicy("style-src 'none'"))
    return reply.redirect('/', 303)
  }
}

const usedKey = () =>
  new Refusal(
    403,
    'This address was already used',
    'It works once, in one browser. Stop the command with Ctrl+C, and start it again for a new address.',
  )

const wrongKey = () =>
  new Refusal(403, 'This address is not valid', 'Open the whole address that the command printed, with its key.')

// A link on a page of another site brings a browser here without its cookie, which a second step then sends.
const withoutPass = () =>
  new Refusal(
    403,
    'This browser has not entered',
    'Open the address that the command printed. If this browser has just opened it, continue to the overview.',
  )
