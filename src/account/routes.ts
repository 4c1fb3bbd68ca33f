import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { OWN_POLICY, setPageHeaders } from '../pages/page-headers.ts'
import { STYLE } from '../pages/style.ts'
import { formTokenOf } from '../payload/page-values.ts'
import type { StoredSession } from '../plugin/stored-session.ts'
import { type Done, signOut, signOutEverywhere, signOutOthers } from './actions.ts'
import { baseOf, homeOf, type Refusal, sendJson, sendPage, sendRefusal, wantsJson } from './answers.ts'
import { type ActionBody, acceptActionBodies } from './bodies.ts'
import { type Caller, callerOf } from './caller.ts'
import { devicesOf } from './devices.ts'
import { isAllowed } from './guard.ts'
import { languageOf } from './language.ts'
import { noticeText } from './notices.ts'
import type { CheckedAccountOptions } from './options.ts'
import { confirmationPage, devicesPage, type FormContext } from './pages.ts'

/** Seconds for which browsers keep the style sheet. */
const STYLE_AGE_S = 300

/** Adds the page, its actions and its style sheet below the prefix of a scope. */
export function addAccountRoutes(
  scope: FastifyInstance,
  sessions: StoredSession,
  options: CheckedAccountOptions,
): void {
  const routes = new AccountRoutes(sessions, options)
  acceptActionBodies(scope)
  scope.setErrorHandler((error: FastifyError, request, reply) => routes.fail(error, request, reply))
  scope.get('/', (request, reply) => routes.showDevices(request, reply))
  for (const [path, whom] of [
    ['others', 'Others'],
    ['everywhere', 'Everywhere'],
  ] as const) {
    scope.get(`/sign-out-${path}`, (request, reply) => routes.confirm(request, reply, whom))
  }
  scope.post('/sign-out', (request, reply) => routes.act(request, reply, signOut))
  scope.post('/sign-out-others', (request, reply) => routes.act(request, reply, signOutOthers))
  scope.post('/sign-out-everywhere', (request, reply) => routes.act(request, reply, signOutEverywhere))
  scope.get('/style.css', async (_request, reply) => {
    reply.header('cache-control', `private, max-age=${STYLE_AGE_S}`)
    setPageHeaders(reply, OWN_POLICY)
    return reply.type('text/css; charset=utf-8').send(STYLE)
  })
}

/** One action of a signed-in user. */
export type Action = (
  sessions: StoredSession,
  request: FastifyRequest,
  caller: Caller,
  handle: unknown,
) => Promise<Done>

class AccountRoutes {
  readonly #sessions: StoredSession
  readonly #options: CheckedAccountOptions

  constructor(sessions: StoredSession, options: CheckedAccountOptions) {
    this.#sessions = sessions
    this.#options = options
  }

  async showDevices(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const caller = await callerOf(this.#sessions, request)
    if (!caller) return this.#askToSignIn(request, reply)
    const language = languageOf(request, this.#options.texts)
    const found = await devicesOf(this.#sessions, caller, language)
    if (wantsJson(request)) {
      return sendJson(reply, { sessions: found.devices.map(({ picture: _, ...session }) => session) })
    }
    const notice = noticeText(doneOf(request), language.texts, true)
    const content = devicesPage(this.#formContext(request), found, notice)
    return sendPage(request, reply, this.#options, { title: language.texts.title, content })
  }

  async confirm(request: FastifyRequest, reply: FastifyReply, whom: 'Others' | 'Everywhere'): Promise<FastifyReply> {
    if (!(await callerOf(this.#sessions, request))) return this.#askToSignIn(request, reply)
    const context = this.#formContext(request)
    const content = confirmationPage(context, whom)
    return sendPage(request, reply, this.#options, { title: context.texts[`confirm${whom}Title`], content })
  }

  async act(request: FastifyRequest, reply: FastifyReply, action: Action): Promise<FastifyReply> {
    const caller = await callerOf(this.#sessions, request)
    if (!caller) return this.#askToSignIn(request, reply)
    const body = request.body as ActionBody | undefined
    if (!isAllowed(request, body)) return this.#refuse(request, reply, 'refused')
    const done = await action(this.#sessions, request, caller, body?.handle)
    if (done === 'gone') return this.#refuse(request, reply, 'gone')
    const { notice, signedOut, isSignedIn } = done
    if (wantsJson(request)) return sendJson(reply, { signedOut })
    const { signIn } = this.#options
    setPageHeaders(reply, OWN_POLICY)
    if (!isSignedIn && signIn !== undefined) return reply.redirect(signIn, 303)
    return reply.redirect(`${homeOf(request)}?done=${notice}`, 303)
  }

  async fail(error: FastifyError, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { statusCode: status = 500 } = error
    // Fastify answers clients of JSON as it does everywhere in the application.
    if (wantsJson(request)) {
      setPageHeaders(reply, OWN_POLICY)
      return reply.send(error)
    }
    if (status >= 500) request.log.error({ err: error }, error.message)
    const { headers } = error as { headers?: Record<string, string> }
    if (headers) reply.headers(headers)
    const refusal = status === 503 ? 'unavailable' : 'failed'
    return sendRefusal(request, reply, this.#options, { refusal, status: status >= 400 ? status : 500 })
  }

  async #askToSignIn(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { signIn, texts } = this.#options
    if (signIn !== undefined && !wantsJson(request)) {
      setPageHeaders(reply, OWN_POLICY)
      return reply.redirect(signIn, 303)
    }
    const notice = noticeText(doneOf(request), languageOf(request, texts).texts, false)
    return sendRefusal(request, reply, this.#options, { refusal: 'notSignedIn', notice })
  }

  #refuse(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): Promise<FastifyReply> {
    return sendRefusal(request, reply, this.#options, { refusal })
  }

  #formContext(request: FastifyRequest): FormContext {
    const token = formTokenOf(request.session.sessionId)
    return { ...languageOf(request, this.#options.texts), base: baseOf(request), home: homeOf(request), token }
  }
}

const doneOf = ({ query }: FastifyRequest) => (query as Record<string, unknown> | undefined)?.done
