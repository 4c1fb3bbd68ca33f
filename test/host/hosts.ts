import { after, before, describe } from 'node:test'
import fastifyCookie from '@fastify/cookie'
import fastifySession, { type FastifySessionOptions, MemoryStore } from '@fastify/session'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { type StoredSessionOptions, StoredSessionStore, storedSession } from '../../src/index.ts'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { secret } from '../support/stores.ts'

/** Options that @fastify/session and the plugin have both. */
export type SharedOptions = Omit<FastifySessionOptions, 'secret' | 'store' | 'cookie'> &
  Pick<StoredSessionOptions, 'secret'> & { cookie?: NonNullable<FastifySessionOptions['cookie']> }

/** What a test changes of the usual application. */
export interface HostSetup {
  options?: Partial<SharedOptions>
  server?: FastifyServerOptions
  routes?: (app: FastifyInstance) => unknown
}

/** Who keeps the sessions of an application. */
export interface Host {
  readonly name: 'MemoryStore' | 'StoredSessionStore' | 'stored-session'
  /** Whether the plugin registers @fastify/session, and not the application. */
  readonly isPlugin: boolean
  /** Opens an application, which is closed after the tests. It trusts the protocol that a proxy names. */
  open(setup: HostSetup): Promise<FastifyInstance>
  /** Lets every operation of the stores fail during some work. */
  failing<Result>(work: () => Promise<Result>): Promise<Result>
}

/** The sessions of @fastify/session itself, which can be told to fail. */
class FallibleMemory extends MemoryStore {
  static isFailing = false

  override get(...[id, callback]: Parameters<MemoryStore['get']>) {
    if (FallibleMemory.isFailing) callback(new Error('planned'))
    else super.get(id, callback)
  }

  override set(...[id, session, callback]: Parameters<MemoryStore['set']>) {
    if (FallibleMemory.isFailing) callback(new Error('planned'))
    else super.set(id, session, callback)
  }

  override destroy(...[id, callback]: Parameters<MemoryStore['destroy']>) {
    if (FallibleMemory.isFailing) callback(new Error('planned'))
    else super.destroy(id, callback)
  }
}

type Registering = (app: FastifyInstance, options: SharedOptions, database: TestDatabase) => unknown

const REGISTERING: Record<Host['name'], Registering> = {
  // The sessions of @fastify/session itself: what the tests expect is what it does.
  MemoryStore: async (app, options) => {
    await app.register(fastifyCookie)
    await app.register(fastifySession, { store: new FallibleMemory(), ...options })
  },
  StoredSessionStore: async (app, options, { url }) => {
    const store = new StoredSessionStore({ database: url, secret, migrate: true, trim: false })
    await store.ready()
    app.addHook('onClose', () => store.close())
    await app.register(fastifyCookie)
    await app.register(fastifySession, { ...options, store })
  },
  'stored-session': (app, options, { url }) =>
    app.register(storedSession, { migrate: true, trim: false, ...options, database: url }),
}

/** Defines the same tests for the sessions of @fastify/session itself, and for ours on each database. */
export function forEachHost(define: (host: Host) => void): void {
  forEachDatabase((target) => {
    for (const [name, register] of Object.entries(REGISTERING) as [Host['name'], Registering][]) {
      describe(name, () => {
        const apps: FastifyInstance[] = []
        let database: TestDatabase
        before(async () => {
          database = await target.create()
        })
        after(async () => {
          for (const app of apps) await app.close()
          await database.drop()
        })
        define({
          name,
          isPlugin: name === 'stored-session',
          async failing(work) {
            const rename = (from: string, to: string) => database.query(`ALTER TABLE ${from} RENAME TO ${to}`)
            FallibleMemory.isFailing = true
            if (name !== 'MemoryStore') await rename('stored_sessions', 'away_sessions')
            try {
              return await work()
            } finally {
              FallibleMemory.isFailing = false
              if (name !== 'MemoryStore') await rename('away_sessions', 'stored_sessions')
            }
          },
          async open({ options = {}, server = {}, routes }) {
            const app = Fastify({ trustProxy: true, ...server })
            apps.push(app)
            // The default of @fastify/session is another one than ours, which has a test of its own.
            await register(app, { secret, saveUninitialized: false, ...options }, database)
            await routes?.(app)
            await app.ready()
            return app
          },
        })
      })
    }
  })
}

/** Of a request that came over https, as a proxy says. */
export const HTTPS = { headers: { 'x-forwarded-proto': 'https' } }

/** The value of the session's cookie, signed and encoded. */
export const VALUE = String.raw`[\w-]{32}\.[^;]+`
