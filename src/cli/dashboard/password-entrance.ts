import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasToken } from '../../dashboard/frame/form-cookie.ts'
import { notAllowed } from '../../dashboard/frame/refusal.ts'
import { acceptForms } from '../../dashboard/frame/requests.ts'
import { sendRefusal } from '../../dashboard/frame/shell.ts'
import { pagePolicy, setPageHeaders } from '../../pages/page-headers.ts'
import { isSameOrigin } from '../../pages/same-origin.ts'
import { isSecretText } from '../../payload/page-values.ts'
import type { Entrance } from './entrance.ts'
import { FailedAttempts } from './failed-attempts.ts'
import { Passes } from './passes.ts'
import { NOBODY, SIGN_IN, sendSignInPage } from './sign-in-page.ts'

/** A form that asks for a password. A sign-in ends when nobody has used it for a while. */
export class PasswordEntrance implements Entrance {
  readonly start = '/'
  readonly isLocal = false
  readonly #password: string
  readonly #passes: Passes
  readonly #attempts = new FailedAttempts()

  constructor(password: string, idleMs: number) {
    this.#password = password
    this.#passes = new Passes(idleMs)
  }

  hasEntered(request: FastifyRequest): boolean {
    return this.#passes.has(request)
  }

  guard(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    if (request.routeOptions.url === SIGN_IN || this.hasEntered(request)) return undefined
    return redirect(reply, SIGN_IN)
  }

  addRoutes(app: FastifyInstance): void {
    void app.register(async (scope) => {
      acceptForms(scope)
      scope.get(SIGN_IN, (request, reply) => sendSignInPage(request, reply))
      scope.post(SIGN_IN, async (request, reply) => this.#signIn(request, reply))
    })
  }

  #signIn(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
    if (!isSameOrigin(request) || !hasToken(request, NOBODY, form.get('token'))) return sendRefusal(reply, notAllowed())
    const { waitSeconds } = this.#attempts
    if (waitSeconds > 0) {
      const text = `There were too many wrong passwords. Try again in ${waitSeconds} ${waitSeconds === 1 ? 'second' : 'seconds'}.`
      return sendSignInPage(request, reply.header('retry-after', String(waitSeconds)), { status: 429, text })
    }
    if (!isSecretText(this.#password, form.get('password'))) {
      this.#attempts.failed()
      return sendSignInPage(request, reply, { status: 403, text: 'The password is wrong.' })
    }
    this.#attempts.succeeded()
    this.#passes.issue(request, reply)
    return redirect(reply, '/')
  }
}

function redirect(reply: FastifyReply, path: string): FastifyReply {
  setPageHeaders(reply, pagePolicy("style-src 'none'"))
  return reply.redirect(path, 303)
}
