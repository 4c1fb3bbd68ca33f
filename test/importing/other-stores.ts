import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { SessionStore } from '@fastify/session'
import Database from 'better-sqlite3'
import { Redis } from 'ioredis'
import type { SourcePlace } from '../../src/importing/source.ts'
import type { SourceName } from '../../src/importing/sources.ts'
import type { DatabaseTarget, Dialect, TestDatabase } from '../harness/databases.ts'
import { startRedis } from '../harness/redis-server.ts'

/** A store that sessions come from, on a database of its own. */
export interface OtherStore {
  readonly store: SessionStore
  readonly place: SourcePlace
  close(): Promise<void>
}

export interface OtherStoreKind {
  readonly name: SourceName
  readonly dialects: readonly Dialect[]
  open(target: DatabaseTarget): Promise<OtherStore>
}

const require = createRequire(new URL('../../bench/package.json', import.meta.url))

/** The stores are dependencies of the benchmark, and their types are not there to be checked. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export const peer = (name: string): any => require(name)

/** Installs them, where nobody has measured yet. */
export function installPeers(): void {
  const { status } = spawnSync(process.execPath, [
    fileURLToPath(new URL('../harness/install-folder.js', import.meta.url)),
    'bench',
  ])
  if (status !== 0)
    throw new Error('the stores to import from could not be installed: node test/harness/install-folder.js bench')
}

/** Opens a store on a new database, which goes with it. */
async function onDatabase(
  target: DatabaseTarget,
  make: (database: TestDatabase) => { store: SessionStore; close(): unknown },
): Promise<OtherStore> {
  const database = await target.create()
  const { store, close } = make(database)
  return {
    store,
    place: { url: database.url },
    async close() {
      await close()
      await database.drop()
    },
  }
}

const pgSimple = (target: DatabaseTarget) =>
  onDatabase(target, ({ url }) => {
    const Store = peer('connect-pg-simple')(peer('express-session'))
    const store = new Store({ conString: url, createTableIfMissing: true })
    return { store, close: () => store.close() }
  })

const expressMysql = (target: DatabaseTarget) =>
  onDatabase(target, ({ url }) => {
    const { hostname: host, port, username: user, pathname } = new URL(url)
    const Store = peer('express-mysql-session')(peer('express-session'))
    const store = new Store({ host, port: Number(port), user, database: pathname.slice(1) })
    return { store, close: () => store.close() }
  })

const knexClients = { pg: 'pg', mysql: 'mysql2', sqlite: 'better-sqlite3' }

const knexStore = (target: DatabaseTarget) =>
  onDatabase(target, ({ url, dialect }) => {
    const connection = dialect === 'sqlite' ? { filename: url.slice('sqlite:'.length) } : url
    const knex = peer('knex')({ client: knexClients[dialect], connection, useNullAsDefault: true })
    const { ConnectSessionKnexStore } = peer('connect-session-knex')
    return { store: new ConnectSessionKnexStore({ knex, cleanupInterval: 0 }), close: () => knex.destroy() }
  })

const sqliteStore = (target: DatabaseTarget) =>
  onDatabase(target, ({ url }) => {
    const client = new Database(url.slice('sqlite:'.length))
    const Store = peer('better-sqlite3-session-store')(peer('express-session'))
    // Its timer would keep the tests from ending.
    Store.prototype.startInterval = () => {}
    return { store: new Store({ client }), close: () => client.close() }
  })

async function redisStore(): Promise<OtherStore> {
  const server = await startRedis()
  if (!server) throw new Error('no redis-server on this machine; install the package redis-server')
  const client = new Redis(server.url)
  const { RedisStore } = await import('connect-redis')
  return {
    store: new RedisStore({ client }) as never,
    place: { url: server.url },
    async close() {
      await client.quit()
      await server.remove()
    },
  }
}

export const otherStores: OtherStoreKind[] = [
  { name: 'connect-pg-simple', dialects: ['pg'], open: pgSimple },
  { name: 'express-mysql-session', dialects: ['mysql'], open: expressMysql },
  { name: 'connect-session-knex', dialects: ['pg', 'mysql', 'sqlite'], open: knexStore },
  { name: 'better-sqlite3-session-store', dialects: ['sqlite'], open: sqliteStore },
  { name: 'connect-redis', dialects: ['sqlite'], open: redisStore },
]

/** Stores a session as the host would. */
export function put(store: SessionStore, id: string, session: object): Promise<void> {
  return new Promise((resolve, reject) => {
    store.set(id, session as never, (error: unknown) => (error ? reject(error) : resolve()))
  })
}
