import type { FastifyRequest } from 'fastify'
import { isOwnPath } from '../pages/own-path.ts'
import { OptionChecks } from '../store/options/option-checks.ts'
import { type Authorize, type Permission, permissions } from './frame/operator.ts'

/**
 * Options of {@link sessionDashboard}.
 *
 * @example
 * ```ts
 * const options: SessionDashboardOptions = {
 *   prefix: '/admin/sessions',
 *   authorize: ({ session }) => session.isAdmin === true && String(session.userId),
 *   mode: 'read',
 *   signIn: '/login',
 * }
 * ```
 */
export interface SessionDashboardOptions {
  /** The path of the dashboard, as Fastify reads it. @defaultValue `''`, the path of the scope */
  prefix?: string
  /**
   * Decides who enters: returns the name of the operator, or `{ actor, may }` with what this operator may do, or false
   * for nobody. Called for every request; an error lets nobody in.
   */
  authorize: Authorize
  /** What operators may do at most: `'read'` changes nothing, whatever `may` says. @defaultValue `'write'` */
  mode?: 'read' | 'write'
  /** Whether operators with the permission may look at the content of sessions; each look is an event. @defaultValue false */
  reveal?: boolean
  /** The path of the sign-in page, for visitors whom `authorize` refuses. @defaultValue none: visitors get the status 403 */
  signIn?: string
}

/** The options as the dashboard uses them. */
export interface CheckedDashboardOptions {
  readonly authorize: (request: FastifyRequest) => unknown
  /** What operators may do at most. */
  readonly allowed: ReadonlySet<Permission>
  readonly signIn: string | undefined
}

const NAMES = ['authorize', 'mode', 'reveal', 'signIn', 'prefix', 'logLevel', 'logSerializers'] as const

/** @throws `FST_STORED_SESSION_INVALID_OPTIONS`, naming every fault with its fix */
export function checkDashboardOptions(options: SessionDashboardOptions): CheckedDashboardOptions {
  const { authorize, mode = 'write', signIn } = options
  const checks = new OptionChecks()
  checks.names(options, NAMES)
  if (typeof authorize !== 'function') {
    checks.fault(
      'authorize',
      'is required: a function that returns the name of the operator of a request, or false, such as (request) => request.session.isAdmin && request.session.userId',
    )
  }
  if (mode !== 'read' && mode !== 'write') checks.fault('mode', 'must be "read" or "write"')
  const reveals = checks.boolean('reveal', options.reveal, false)
  if (signIn !== undefined && !isOwnPath(signIn)) {
    checks.fault('signIn', 'must be a path of this application, such as "/login"')
  }
  checks.done('sessionDashboard')
  const writable = permissions.filter((one) => one !== 'reveal' || reveals)
  return { authorize, allowed: new Set(mode === 'read' ? ['view'] : writable), signIn }
}
