import { promisify } from 'node:util'
import type { StoredSessionStore } from '../../src/index.ts'

/** The cookie of a session, with what a store looks at. */
export interface TestCookie {
  originalMaxAge: number | null
  expires: Date | null
}

/** What a store is given and gives: the host's session as far as a store sees it. */
export type TestSession = Record<string, unknown> & { cookie: TestCookie }

/** A session as the host makes it for a new visitor. */
export function newSession(content: Record<string, unknown> = {}, maxAge: number | null = null): TestSession {
  const expires = maxAge === null ? null : new Date(Date.now() + maxAge)
  return { ...content, cookie: { originalMaxAge: maxAge, expires } }
}

/** Loads a session and makes a live one of it, as the host does: every enumerable string key, and a cookie of its own. */
export async function load(store: StoredSessionStore, id: string): Promise<TestSession | null> {
  const found = await new Promise<Record<string, unknown> | null>((resolve, reject) => {
    store.get(id, (error: unknown, session?: unknown) => (error ? reject(error) : resolve(session as never)))
  })
  if (found === null) return null
  const { originalMaxAge = null, expires } = found.cookie as Partial<TestCookie>
  const session = newSession({}, originalMaxAge)
  if (expires) session.cookie.expires = expires
  for (const key in found) if (key !== 'cookie') session[key] = found[key]
  return session
}

/** Loads a session that must be there. */
export async function loaded(store: StoredSessionStore, id: string): Promise<TestSession> {
  const session = await load(store, id)
  if (session) return session
  throw new Error('there is no such session')
}

/** What an application has put into a session. */
export function contentOf(session: TestSession): Record<string, unknown> {
  const { cookie, $storedSession, ...content } = session
  return content
}

export const save = (store: StoredSessionStore, id: string, session: TestSession): Promise<void> =>
  promisify(store.set.bind(store))(id, session)

export const destroy = (store: StoredSessionStore, id: string): Promise<void> =>
  promisify(store.destroy.bind(store))(id)

export const touch = (store: StoredSessionStore, id: string, session: TestSession): Promise<void> =>
  promisify(store.touch.bind(store))(id, session)
