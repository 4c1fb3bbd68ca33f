/** Mission control: the pages for operators. @module stored-session/dashboard */

import type { FastifyInstance } from 'fastify'
import { InvalidOptionsError } from '../errors.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import { Jobs } from './jobs/jobs.ts'
import { type CheckedDashboardOptions, checkDashboardOptions, type SessionDashboardOptions } from './options.ts'
import { pagesOf } from './pages.ts'
import { addDashboardRoutes } from './routes.ts'

export type { Authorize, Entrance, Permission } from './frame/operator.ts'
export type { SessionDashboardOptions } from './options.ts'

/**
 * Mission control: pages on which operators see sessions, users and health, end sessions, and run housekeeping. Register
 * it after `storedSession`. It shows more with the options `user`, `metadata` and `history`.
 *
 * @param fastify - the application, or a scope of it
 * @param options - who may enter, and what operators may do
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, at registration
 * @example
 * ```ts
 * await app.register(sessionDashboard, {
 *   prefix: '/admin/sessions',
 *   authorize: ({ session }) => session.isAdmin && session.userId,
 * })
 * ```
 */
export async function sessionDashboard(fastify: FastifyInstance, options: SessionDashboardOptions): Promise<void> {
  const checked = checkDashboardOptions(options)
  addDashboard(fastify, storeOf(fastify), checked)
}

export default sessionDashboard

/** A dashboard that has been added to a scope. @internal */
export interface AddedDashboard {
  /** Whether work of an operator is running, such as a revocation of many sessions. */
  isBusy(): boolean
}

/** Adds the dashboard of a store to a scope, which needs no plugin. @internal */
export function addDashboard(
  scope: FastifyInstance,
  store: StoredSessionStore,
  options: CheckedDashboardOptions,
): AddedDashboard {
  const jobs = new Jobs()
  const onClose = (close: () => void | Promise<void>) => void scope.addHook('preClose', async () => close())
  addDashboardRoutes(scope, store, options, pagesOf({ store, onClose }, jobs))
  return { isBusy: () => jobs.list().some(({ state }) => state === 'running') }
}

function storeOf(fastify: FastifyInstance): StoredSessionStore {
  if (fastify.hasDecorator('storedSession')) return fastify.storedSession.store
  throw new InvalidOptionsError(
    'sessionDashboard: storedSession is missing; register it first, in the same scope or a parent scope, and await it',
  )
}
