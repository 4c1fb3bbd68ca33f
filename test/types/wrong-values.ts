/*
 * Each value that is wrong here fails to compile. The text after the directive is in the compiler's message, which
 * wrong-values.test.ts checks.
 */

import Fastify from 'fastify'
import storedSession, { type SessionData, type StoredSessionOptions } from 'stored-session'
import { readSession, signIn } from 'stored-session/testing'

declare module 'fastify' {
  interface Session {
    userId?: string
    cart?: Map<string, number>
  }
}

const app = Fastify()
const options = { database: 'sqlite::memory:', secret: 'a secret of more than thirty-two characters' }
const accept = (_: StoredSessionOptions) => {}

// Names and values of options
// @ts-expect-error Did you mean to write 'idleTimeout'?
accept({ ...options, idleTimout: '2h' })
// @ts-expect-error Type '"2 hours"' is not assignable to type 'Duration'
accept({ ...options, idleTimeout: '2 hours' })
// @ts-expect-error Type 'true' is not assignable to type 'false | Duration'
accept({ ...options, absoluteTimeout: true })
// @ts-expect-error Type '"aal4"' is not assignable to type '"aal1" | "aal2" | "aal3"
accept({ ...options, lifetime: 'aal4' })
// @ts-expect-error Type '"newest"' is not assignable to type '"least-recent" | "oldest" | "refuse"
accept({ ...options, user: (session) => session.userId, evict: 'newest' })
// @ts-expect-error Type '"ignore"' is not assignable to type '"anonymous" | "error"
accept({ ...options, onUnavailable: 'ignore' })
// @ts-expect-error 'store' does not exist in type 'StoredSessionOptions'
accept({ ...options, store: new Map() })
// @ts-expect-error Property 'secret' is missing
accept({ database: 'sqlite::memory:' })
// @ts-expect-error Type '"Lax"' is not assignable to type
accept({ ...options, cookie: { sameSite: 'Lax' } })
// @ts-expect-error Type 'string' is not assignable to type 'number'
accept({ ...options, cookie: { maxAge: '1h' } })
// @ts-expect-error Did you mean to write 'batchSize'?
accept({ ...options, trim: { batchsize: 100 } })
// @ts-expect-error Type '"none"' is not assignable to type
accept({ ...options, metadata: { ip: 'none' } })
// @ts-expect-error Type '"xml"' is not assignable to type
accept({ ...options, serializer: 'xml' })

// The content of sessions, declared once
// @ts-expect-error Property 'usrId' does not exist on type 'Omit<Session, "cookie">'. Did you mean 'userId'?
accept({ ...options, user: (session) => session.usrId })
// @ts-expect-error Type 'Map<string, number> | undefined' is not assignable to type
accept({ ...options, user: (session) => session.cart })
// @ts-expect-error Type 'number' is not assignable to type 'string'
app.get('/', async ({ session }) => Object.assign(session, { userId: 7 } satisfies Partial<SessionData>))
// @ts-expect-error Did you mean to write 'userId'?
await signIn(app, { userid: 'ada' })
// @ts-expect-error Type 'number' is not assignable to type 'string'
await signIn(app, { userId: 7 })
// @ts-expect-error Did you mean 'cart'?
const lost = (await readSession(app, ''))?.cat
// @ts-expect-error Argument of type 'string | undefined' is not assignable to parameter of type
new Map<string, string>([]).set((await readSession(app, ''))?.userId, '')

// What the methods of the application accept
await app.register(storedSession, options)
// @ts-expect-error Type '"dead"' is not assignable to type 'RowState
await app.storedSession.list({ state: 'dead' })
// @ts-expect-error Type 'boolean' is not assignable to type 'true'
await app.storedSession.revoke({ all: Boolean(lost) })
// @ts-expect-error Type 'string' is not assignable to type 'Date'
await app.storedSession.list({ createdBefore: '2026-11-01' })
// @ts-expect-error Type '"signed-in"' is not assignable to type
await app.storedSession.history({ kind: 'signed-in' })
// @ts-expect-error Argument of type '"writing"' is not assignable to parameter of type
app.storedSession.on('writing', () => {})
