import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import fastifyCookie from '@fastify/cookie'
import fastifySession, { type SessionStore } from '@fastify/session'
import { RedisStore } from 'connect-redis'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { Redis } from 'ioredis'
import { StoredSessionStore } from '../../src/index.ts'
import { type DatabaseTarget, databases } from '../harness/databases.ts'
import { startRedis } from '../harness/redis-server.ts'
import { secret } from '../support/stores.ts'

/** What keeps sessions, and would keep them for ever. */
export interface SessionHost {
  /** Registers the session plugin; those of several applications have the same sessions. */
  register(app: FastifyInstance): Promise<void>
  /** How often sessions were written so far. */
  writes(): number
  close(): Promise<void>
}

/** What differs between the hosts that the suite runs on. */
export interface HostKind {
  readonly name: string
  /** Whether sessions have ids. */
  readonly hasIds: boolean
  open(): Promise<SessionHost>
}

export const hostKinds: HostKind[] = [
  {
    name: 'MemoryStore of @fastify/session',
    hasIds: true,
    open: async () => hostOf(new fastifySession.MemoryStore(), async () => {}),
  },
  { name: 'connect-redis with @fastify/session', hasIds: true, open: openRedis },
  ...databases.map((target) => ({
    name: `StoredSessionStore on ${target.name} with @fastify/session`,
    hasIds: true,
    open: () => openStored(target),
  })),
  { name: '@fastify/secure-session', hasIds: false, open: async () => secureHost() },
]

async function openRedis(): Promise<SessionHost> {
  const server = await startRedis()
  if (!server) throw new Error('no redis-server on this machine; install the package redis-server')
  const client = new Redis(server.url)
  return hostOf(new RedisStore({ client }) as never, async () => {
    await client.quit()
    await server.remove()
  })
}

async function openStored(target: DatabaseTarget): Promise<SessionHost> {
  const database = await target.create()
  const limits = { idleTimeout: '1000d', absoluteTimeout: false, trim: false } as const
  const store = new StoredSessionStore({ database: database.url, secret, migrate: true, ...limits })
  return hostOf(store as never, async () => {
    await store.close()
    await database.drop()
  })
}

/** @fastify/session with a store, whose writes are counted. */
export function hostOf(store: SessionStore, close: () => Promise<void>, cookie = {}): SessionHost {
  let writes = 0
  const set = store.set.bind(store)
  store.set = (...saved) => {
    writes += 1
    set(...saved)
  }
  return {
    async register(app) {
      await app.register(fastifyCookie)
      const options = { rolling: false, saveUninitialized: false, cookie: { secure: false, ...cookie } }
      await app.register(fastifySession, { ...options, secret, store })
    },
    writes: () => writes,
    close,
  }
}

// Not imported: its types say of the same `request.session` something else.
const secureSession = createRequire(import.meta.url)('@fastify/secure-session') as FastifyPluginAsync<object>

const TEN_YEARS_S = 10 * 365 * 86_400

function secureHost(): SessionHost {
  let writes = 0
  const options = { key: randomBytes(32), expiry: TEN_YEARS_S, cookie: { path: '/' } }
  return {
    async register(app) {
      await app.register(secureSession, options)
      app.addHook('onResponse', async (_request, reply) => {
        if (reply.hasHeader('set-cookie')) writes += 1
      })
    },
    writes: () => writes,
    close: async () => {},
  }
}
