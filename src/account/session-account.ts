/** The page on which users see and sign out their devices. @module stored-session/account */

import type { FastifyInstance } from 'fastify'
import { InvalidOptionsError } from '../errors.ts'
import type { StoredSession } from '../plugin/stored-session.ts'
import { checkAccountOptions, type SessionAccountOptions } from './options.ts'
import { addAccountRoutes } from './routes.ts'

export type { AccountSession } from './devices.ts'
export type { SessionAccountOptions } from './options.ts'
export type { AccountTexts } from './texts/texts.ts'

/**
 * A page on which users see where they are signed in, and sign out there. Register it after `storedSession`, which needs
 * the option `user`, and should have the option `metadata`. Everything below its prefix shows and ends only the sessions
 * of the user of the request.
 *
 * @param fastify - the application, or a scope of it
 * @param options - the path, texts and layout of the page
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, at registration
 * @example
 * ```ts
 * await app.register(sessionAccount, { prefix: '/account/sessions', signIn: '/login' })
 * ```
 */
export async function sessionAccount(fastify: FastifyInstance, options: SessionAccountOptions): Promise<void> {
  const checked = checkAccountOptions(options)
  const sessions = sessionsOf(fastify)
  if (!sessions.store.keepsMetadata) fastify.log.warn(NO_METADATA)
  addAccountRoutes(fastify, sessions, checked)
}

export default sessionAccount

const NO_METADATA =
  'sessionAccount: devices have no names, because storedSession has no option metadata; set metadata: true'

function sessionsOf(fastify: FastifyInstance): StoredSession {
  const sessions = fastify.hasDecorator('storedSession') ? fastify.storedSession : undefined
  if (!sessions) {
    throw new InvalidOptionsError(
      'sessionAccount: storedSession is missing; register it first, in the same scope or a parent scope, and await it',
    )
  }
  if (sessions.store.knowsUsers) return sessions
  throw new InvalidOptionsError(
    'sessionAccount: storedSession needs the option user, which says whose session it is; set user: (session) => session.userId',
  )
}
