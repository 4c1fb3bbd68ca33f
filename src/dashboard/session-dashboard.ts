import type { FastifyInstance } from 'fastify'
import { InvalidOptionsError } from '../errors.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import { checkDashboardOptions, type SessionDashboardOptions } from './options.ts'
import { pagesOf } from './pages.ts'
import { addDashboardRoutes } from './routes.ts'

export type { Authorize, Entrance, Permission } from './frame/operator.ts'
export type { SessionDashboardOptions } from './options.ts'

/**
 * Mission control: pages on which operators see sessions, users and health, end sessions, and run housekeeping. Register
 * it after `storedSession`. It shows more with the options `user`, `metadata` and `history`.
 *
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
  const store = storeOf(fastify)
  const pages = pagesOf({ store, onClose: (close) => void fastify.addHook('preClose', async () => close()) })
  addDashboardRoutes(fastify, store, checked, pages)
}

export default sessionDashboard

function storeOf(fastify: FastifyInstance): StoredSessionStore {
  if (fastify.hasDecorator('storedSession')) return fastify.storedSession.store
  throw new InvalidOptionsError(
    'sessionDashboard: storedSession is missing; register it first, in the same scope or a parent scope, and await it',
  )
}
