import { createRequire } from 'node:module'
import type { FastifyInstance } from 'fastify'

export type ServerKind = 'none' | 'sqlite' | 'postgres' | 'mysql' | 'mariadb' | 'redis' | 'redis-always'

export interface BenchStore {
  /** For `--only`. */
  name: string
  label: string
  server: ServerKind
  /** Average bytes of key and payload of a stored session; `$` is for the dialect's length function. */
  size?: string
  /** @param count - told every statement, where the database runs inside the application */
  register(app: FastifyInstance, url: string, count?: () => void): Promise<unknown>
}

export const secret = 'a secret of the benchmark, nowhere else in use'

const require = createRequire(import.meta.url)
const cookie = { secure: false }

// Not in the development dependencies of the project, so their types are not there to be checked.
// biome-ignore lint/suspicious/noExplicitAny: see above
const peer = (name: string): any => require(name)

// biome-ignore lint/suspicious/noExplicitAny: whatever a peer's constructor returns
async function host(app: FastifyInstance, store: any, options: object = {}): Promise<void> {
  const { default: fastifyCookie } = await import('@fastify/cookie')
  const { default: fastifySession } = await import('@fastify/session')
  await app.register(fastifyCookie)
  await app.register(fastifySession, { secret, cookie, ...(store && { store }), ...options })
}

const dist = process.env.BENCH_DIST ?? new URL('../dist/', import.meta.url).href

const ours =
  (options = {}) =>
  async (app: FastifyInstance, url: string, count?: () => void): Promise<void> => {
    const { storedSession } = await import(new URL('index.js', dist).href)
    const database = count ? await countedSqlite(url, count) : url
    await app.register(storedSession, { database, secret, cookie, migrate: true, ...options })
  }

async function countedSqlite(url: string, count: () => void) {
  const { drizzle } = await import('drizzle-orm/better-sqlite3')
  return drizzle(openSqlite(url, count))
}

function openSqlite(url: string, count?: () => void) {
  const client = new (require('better-sqlite3'))(url.slice('sqlite:'.length), count ? { verbose: count } : {})
  client.pragma('journal_mode = WAL')
  client.pragma('synchronous = NORMAL')
  return client
}

/** Copies in a Map: what @fastify/session itself costs, and so the limit of any store. */
function mapStore() {
  const sessions = new Map<string, object>()
  return {
    set(id: string, session: { cookie: { toJSON(): object } }, callback: () => void) {
      sessions.set(id, { ...session, cookie: session.cookie.toJSON() })
      callback()
    },
    get: (id: string, callback: (error: null, session: object | null) => void) =>
      callback(null, sessions.get(id) ?? null),
    destroy(id: string, callback: () => void) {
      sessions.delete(id)
      callback()
    },
  }
}

const notRolling = { rolling: false }

const connectPgSimple = async (app: FastifyInstance, conString: string, options = {}) => {
  const Store = peer('connect-pg-simple')(peer('express-session'))
  await host(app, new Store({ conString, createTableIfMissing: true }), options)
}

const connectRedis = async (app: FastifyInstance, url: string) => {
  const { RedisStore } = peer('connect-redis')
  await host(app, new RedisStore({ client: new (peer('ioredis').Redis)(url) }))
}

const oursSize = 'select avg($(sid) + $(data)) as bytes from stored_sessions'
const pgSimpleSize = 'select avg($(sid) + $(sess::text)) as bytes from session'

const databases = ['sqlite', 'postgres', 'mysql', 'mariadb'] as const
const LABELS = { sqlite: 'SQLite', postgres: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB' }

export const stores: BenchStore[] = [
  {
    name: 'none',
    label: 'no session at all',
    server: 'none',
    register: async () => {},
  },
  {
    name: 'map',
    label: 'plain objects in a Map, `rolling: false`',
    server: 'none',
    register: (app) => host(app, mapStore(), { ...notRolling, saveUninitialized: false }),
  },
  { name: 'memory', label: 'MemoryStore', server: 'none', register: (app) => host(app, undefined) },
  {
    name: 'memory-static',
    label: 'MemoryStore, `rolling: false`',
    server: 'none',
    register: (app) => host(app, undefined, notRolling),
  },
  ...databases.map((server) => ({
    name: `ours-${server}`,
    label: `stored-session, ${LABELS[server]}`,
    server,
    size: oursSize,
    register: ours(),
  })),
  ...databases.map((server) => ({
    name: `recorded-${server}`,
    label: `stored-session, ${LABELS[server]}, metadata and history`,
    server,
    size: oursSize,
    register: ours({ metadata: true, history: true }),
  })),
  {
    name: 'connect-pg-simple',
    label: 'connect-pg-simple',
    server: 'postgres',
    size: pgSimpleSize,
    register: (app, url) => connectPgSimple(app, url),
  },
  {
    name: 'connect-pg-simple-static',
    label: 'connect-pg-simple, `rolling: false`',
    server: 'postgres',
    size: pgSimpleSize,
    register: (app, url) => connectPgSimple(app, url, notRolling),
  },
  {
    name: 'express-mysql-session',
    label: 'express-mysql-session, 10 connections',
    server: 'mysql',
    size: 'select avg($(session_id) + $(data)) as bytes from sessions',
    async register(app, url) {
      const { hostname, port, username, pathname } = new URL(url)
      const Store = peer('express-mysql-session')(peer('express-session'))
      const database = pathname.slice(1)
      const store = new Store({ host: hostname, port: Number(port), user: username, database, connectionLimit: 10 })
      await store.onReady()
      await host(app, store)
    },
  },
  {
    name: 'better-sqlite3-session-store',
    label: 'better-sqlite3-session-store',
    server: 'sqlite',
    size: 'select avg($(sid) + $(sess)) as bytes from sessions',
    async register(app, url, count) {
      const Store = peer('better-sqlite3-session-store')(peer('express-session'))
      await host(app, new Store({ client: openSqlite(url, count) }))
    },
  },
  {
    name: 'connect-session-knex',
    label: 'connect-session-knex, PostgreSQL',
    server: 'postgres',
    size: 'select avg($(sid) + $(sess::text)) as bytes from sessions',
    async register(app, url) {
      const { ConnectSessionKnexStore } = peer('connect-session-knex')
      await host(app, new ConnectSessionKnexStore({ knex: peer('knex')({ client: 'pg', connection: url }) }))
    },
  },
  { name: 'connect-redis', label: 'connect-redis, ioredis', server: 'redis', register: connectRedis },
  {
    name: 'connect-redis-always',
    label: 'connect-redis, ioredis, `appendfsync always`',
    server: 'redis-always',
    register: connectRedis,
  },
]
