import { getTableName } from 'drizzle-orm'
import Fastify from 'fastify'
import storedSession, {
  derivedKeys,
  type KeyProvider,
  type NewRow,
  type RowChange,
  type RowEnd,
  type SessionDatabase,
  type SessionRow,
  type StoredSessionOptions,
  StoredSessionStore,
  type TrimResult,
} from 'stored-session'
import { type AccountTexts, type SessionAccountOptions, sessionAccount } from 'stored-session/account'
import { type Permission, type SessionDashboardOptions, sessionDashboard } from 'stored-session/dashboard'
import { type LimitedSessionOptions, limitedSession } from 'stored-session/limits'
import { headerLocation, type MaxmindLocation, maxmindLocation, type SessionLocation } from 'stored-session/location'
import { type SessionTelemetryOptions, sessionTelemetry } from 'stored-session/otel'
import { type SessionMetrics, sessionMetrics } from 'stored-session/prometheus'
import { storedSessions as mysqlSessions } from 'stored-session/schema/mysql'
import { storedSessions as pgSessions } from 'stored-session/schema/pg'
import { storedSessions as sqliteSessions, storedSessionsTable } from 'stored-session/schema/sqlite'
import {
  type ContractCheck,
  keyProviderContract,
  memoryStorage,
  readSession,
  sessionDatabaseContract,
  signIn,
} from 'stored-session/testing'

declare module 'fastify' {
  interface Session {
    userId?: string
    theme?: string
  }
}

const [database = 'sqlite::memory:', migrate = 'true'] = process.argv.slice(2)
const secret = 'a secret of well over thirty-two characters'
const keys: KeyProvider = derivedKeys(secret)
const options: StoredSessionOptions = {
  database,
  migrate: migrate === 'true',
  secret,
  keys,
  cookie: { secure: false },
  idleTimeout: '2h',
  user: (session) => (typeof session.userId === 'string' ? session.userId : undefined),
}
const tables: string[] = [pgSessions, mysqlSessions, sqliteSessions, storedSessionsTable('web')].map(getTableName)
if (tables.length !== 4) throw new Error('a table is missing')

const checks: ContractCheck[] = keyProviderContract({ create: () => keys, formerIds: [] })
for (const { run } of checks) await run()

// A storage of one's own, written with the types of rows.
const sound = memoryStorage()
const own: SessionDatabase = {
  ...sound,
  read: async (sids: readonly Buffer[]): Promise<SessionRow[]> => sound.read(sids),
  insert: async (row: NewRow): Promise<boolean> => sound.insert(row),
  update: async (change: RowChange): Promise<boolean> => sound.update(change),
  end: async (sid: Buffer, end: RowEnd): Promise<boolean> => sound.end(sid, end),
}
for (const { run } of sessionDatabaseContract({ create: () => own, hasListing: true })) await run()
// @ts-expect-error most methods are missing
const incomplete: SessionDatabase = { dialect: 'pg', table: 'sessions', read: own.read }
// @ts-expect-error sessions that are never idle for too long have no such option
const endless: StoredSessionOptions = { ...options, idleTimeout: false }
// @ts-expect-error misspelled
const misspelled: StoredSessionOptions = { database, secret, idleTimeOut: '2h' }
// @ts-expect-error the secret is missing
const open: StoredSessionOptions = { database }
if (![incomplete, endless, misspelled, open].every(Boolean)) throw new Error('a type is missing')

const located: SessionLocation | undefined = headerLocation({ country: 'c' })({ headers: { c: 'de' } })
if (located?.country !== 'DE') throw new Error('no location')
const openMaxmind: (options: { file: string }) => MaxmindLocation = maxmindLocation
if (typeof openMaxmind !== 'function') throw new Error('no function')

const app = Fastify()
await app.register(storedSession, options)
const words: Partial<AccountTexts> = { title: 'Where you are signed in' }
const account: SessionAccountOptions = { prefix: '/account/sessions', texts: { en: words } }
await app.register(sessionAccount, account)

const may: Permission[] = ['view', 'revoke']
const dashboard: SessionDashboardOptions = {
  prefix: '/admin/sessions',
  authorize: ({ session }) => (session.userId === 'ada' ? { actor: session.userId, may } : false),
}
await app.register(sessionDashboard, dashboard)
const limits: LimitedSessionOptions = { idleTimeout: '2h', absoluteTimeout: false }
await app.register(limitedSession, limits)
const store: StoredSessionStore = app.storedSession.store
const measured: SessionMetrics = sessionMetrics(app.storedSession)
const telemetryOptions: SessionTelemetryOptions = { spans: false }
const telemetry = sessionTelemetry(store, telemetryOptions)
app.storedSession.on('read', ({ outcome, durationMs }) => {
  const known: string | undefined = outcome === 'found' ? outcome : undefined
  if (known && durationMs !== undefined && durationMs < 0) throw new Error('time went back')
})
if (!(store instanceof StoredSessionStore)) throw new Error('no store')
app.post('/login', async (request) => {
  request.session.userId = 'ada'
  // @ts-expect-error a user is a string
  request.session.userId = 7
  request.session.userId = 'ada'
  return {}
})
app.get('/me', async (request) => {
  const userId: string | undefined = request.session.userId
  const reason:
    | 'idle'
    | 'absolute'
    | 'revoked'
    | 'reused'
    | 'unproven'
    | 'destroyed'
    | 'evicted'
    | 'rotated'
    | 'unreadable'
    | 'unknown'
    | undefined = request.sessionEndReason
  return { userId, reason }
})
const login = await app.inject({ method: 'POST', url: '/login' })
const cookies = Object.fromEntries(login.cookies.map(({ name, value }) => [name, value]))
const me = await app.inject({ url: '/me', cookies })
const cookie: string = await signIn(app, { userId: 'ada', theme: 'dark' })
// @ts-expect-error a user is a string
const wrong: Parameters<typeof signIn>[1] = { userId: 7 }
const userId: string | undefined = (await readSession(app, cookie))?.userId
if (!wrong || userId !== 'ada') throw new Error('nobody is signed in')
// @ts-expect-error there is no such state
const states: Parameters<typeof store.list>[0] = { state: 'alive' }
if (!states) throw new Error('no filter')
const trimmed: TrimResult = await app.storedSession.trim()
if (trimmed.trimmed !== 0) throw new Error('a living session was trimmed')
console.log(`signed in: ${me.json().userId}`)
measured.stop()
telemetry.stop()
await app.close()
