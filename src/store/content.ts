import { UnstorableError } from '../errors.ts'
import { type CookieLifetime, type LiveCookie, lifetimeOf } from './cookie-lifetime.ts'
import { CARRIER_KEY } from './provenance.ts'

/** A session as @fastify/session hands it to a store. */
export type LiveSession = Record<string, unknown> & { cookie?: LiveCookie }

/** What is stored of a session: its own keys, and the lifetime of its cookie. */
export type SessionContent = Record<string, unknown> & { cookie: CookieLifetime }

/** Names that would shadow a method of the session for this user for ever, or are no names at all. */
const RESERVED = new Set([
  '__proto__',
  'constructor',
  'prototype',
  'sessionId',
  'encryptedSessionId',
  'touch',
  'regenerate',
  'options',
  'destroy',
  'reload',
  'save',
  'set',
  'get',
  'isModified',
  'isSaved',
])

/**
 * Takes what is to be stored from a live session. Values are shared with it: serialize before anything else happens.
 *
 * @throws `FST_STORED_SESSION_UNSTORABLE` for a reserved name
 */
export function contentOf(session: LiveSession, now: number): SessionContent {
  refuseReservedNames(session)
  const content: SessionContent = { cookie: lifetimeOf(session.cookie, now) }
  for (const key of Object.keys(session)) if (key !== 'cookie' && key !== CARRIER_KEY) content[key] = session[key]
  return content
}

/** @throws `FST_STORED_SESSION_UNSTORABLE` for a key that has a reserved name */
export function refuseReservedNames(session: object): void {
  for (const key of Object.keys(session)) if (RESERVED.has(key)) throw new UnstorableError(key, 'this name is reserved')
}
