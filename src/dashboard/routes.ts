import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { InvalidHandleError, InvalidOptionsError } from '../errors.ts'
import { setPageHeaders } from '../pages/page-headers.ts'
import { STYLE } from '../pages/style.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import { enter, visitOf } from './frame/gate.ts'
import { failed, noEntrance, notFound, Refusal, unavailable } from './frame/refusal.ts'
import { acceptForms, baseOf } from './frame/requests.ts'
import { DASHBOARD_POLICY, sendPage, sendRefusal } from './frame/shell.ts'
import type { Answer, DashboardRoute, Visit } from './frame/visit.ts'
import type { CheckedDashboardOptions } from './options.ts'
import { SCRIPT, SCRIPT_VERSION } from './script.ts'

/** Seconds for which browsers keep the style sheet and the script; their addresses change with them. */
const FILE_AGE_S = 300

const fileRoute = (path: string, type: string, text: string): DashboardRoute => ({
  method: 'GET',
  path,
  needs: 'view',
  answer: () => ({
    send: (reply) =>
      reply.header('cache-control', `private, max-age=${FILE_AGE_S}`).type(`${type}; charset=utf-8`).send(text),
  }),
})

/** Adds routes below the prefix of a scope. None answers before the application has named an operator who may use it. */
export function addDashboardRoutes(
  scope: FastifyInstance,
  store: StoredSessionStore,
  options: CheckedDashboardOptions,
  routes: readonly DashboardRoute[],
): void {
  const desk = new Desk(store, options)
  acceptForms(scope)
  scope.setErrorHandler((error: FastifyError, request, reply) => desk.fail(error, request, reply))
  // Without a prefix the other paths are those of the application.
  if (scope.prefix.length > 1) scope.setNotFoundHandler((request, reply) => desk.serve(NO_PAGE, request, reply))
  const files = [fileRoute('/style.css', 'text/css', STYLE), fileRoute('/script.js', 'text/javascript', SCRIPT)]
  for (const route of [...routes, ...files]) {
    const { method, path } = route
    scope.route({ method, url: path || '/', handler: (request, reply) => desk.serve(route, request, reply) })
  }
}

const NO_PAGE: DashboardRoute = {
  method: 'GET',
  path: '',
  needs: 'view',
  answer: () => {
    throw notFound()
  },
}

class Desk {
  readonly #store: StoredSessionStore
  readonly #options: CheckedDashboardOptions

  constructor(store: StoredSessionStore, options: CheckedDashboardOptions) {
    this.#store = store
    this.#options = options
  }

  async serve(route: DashboardRoute, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const operator = await enter(request, this.#options)
    if (!operator) return this.#refuseEntrance(reply)
    const visit = visitOf(this.#store, { request, reply, operator }, route)
    return this.#send(reply, visit, await route.answer(visit))
  }

  #send(reply: FastifyReply, visit: Visit, answer: Answer): FastifyReply | Promise<FastifyReply> {
    if ('content' in answer) return sendPage(reply, visit, answer, { script: SCRIPT_VERSION })
    setPageHeaders(reply, DASHBOARD_POLICY)
    if ('redirect' in answer) return reply.redirect(`${visit.base}${answer.redirect}` || '/', 303)
    return answer.send(reply)
  }

  #refuseEntrance(reply: FastifyReply): FastifyReply {
    const { signIn } = this.#options
    if (signIn === undefined) return sendRefusal(reply, noEntrance())
    setPageHeaders(reply, DASHBOARD_POLICY)
    return reply.redirect(signIn, 303)
  }

  fail(error: FastifyError | Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const refusal = refusalOf(error)
    // Only an error that nobody expected needs the log.
    if (refusal.status >= 500) request.log.error({ err: error }, error.message)
    const path = request.routeOptions.url?.slice(request.server.prefix.length)
    // Of a page that has no route, the length of the prefix is not known.
    return sendRefusal(reply, refusal, path === undefined || refusal.status === 404 ? undefined : baseOf(request, path))
  }
}

function refusalOf(error: FastifyError | Refusal): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof InvalidHandleError) return notFound('There is no such session or page of a list.')
  if (error instanceof InvalidOptionsError) return new Refusal(400, 'This cannot be searched for', error.message)
  const { statusCode = 500 } = error
  if (statusCode === 503) return unavailable()
  return statusCode >= 400 && statusCode < 500 ? new Refusal(statusCode, 'That did not work', error.message) : failed()
}
