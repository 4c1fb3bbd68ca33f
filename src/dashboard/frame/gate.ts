import type { FastifyReply, FastifyRequest } from 'fastify'
import { isSameOrigin } from '../../pages/same-origin.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'
import { hasToken, tokenFor } from './form-cookie.ts'
import { type Operator, operatorOf, type Permission } from './operator.ts'
import { noEntrance, notAllowed } from './refusal.ts'
import { baseOf, queryOf } from './requests.ts'
import type { DashboardRoute, Visit } from './visit.ts'

/** Who may enter, and what operators may do at most. */
export interface GateOptions {
  readonly authorize: (request: FastifyRequest) => unknown
  readonly allowed: ReadonlySet<Permission>
}

/**
 * The operator of a request, if the application names one.
 *
 * @throws what `authorize` throws, and for an answer that is no operator
 */
export async function enter(
  request: FastifyRequest,
  { authorize, allowed }: GateOptions,
): Promise<Operator | undefined> {
  const operator = operatorOf(await authorize(request), allowed)
  return operator?.may.has('view') ? operator : undefined
}

/**
 * A request as its route sees it.
 *
 * @throws {@link Refusal} for an operator who may not do this, and for a form that is not ours
 */
export function visitOf(
  store: StoredSessionStore,
  { request, reply, operator }: { request: FastifyRequest; reply: FastifyReply; operator: Operator },
  { method, path, needs }: Pick<DashboardRoute, 'method' | 'path' | 'needs'>,
): Visit {
  if (!operator.may.has(needs)) throw noEntrance()
  const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
  if (method === 'POST' && !(isSameOrigin(request) && hasToken(request, operator.actor, form.get('token')))) {
    throw notAllowed()
  }
  return {
    store,
    request,
    operator,
    may: (permission) => operator.may.has(permission),
    base: baseOf(request, path),
    token: tokenFor(request, reply, operator.actor),
    params: request.params as Record<string, string>,
    query: queryOf(request),
    form,
  }
}
