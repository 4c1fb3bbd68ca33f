import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import fastifySession from '@fastify/session'
import { openDatabase } from '../src/database/open.ts'
import { StoredSessionStore } from '../src/index.ts'
import { findServer } from '../test/harness/find-server.ts'
import { createMysqlDatabase } from '../test/harness/mysql-database.ts'
import { createPostgresDatabase } from '../test/harness/postgres-database.ts'
import { startRedis } from '../test/harness/redis-server.ts'
import type { DatabaseName } from '../test/harness/selection.ts'
import { createSqliteDatabase } from '../test/harness/sqlite-database.ts'
import type { TestDatabase } from '../test/harness/test-database.ts'
import { naiveStore } from '../test/races/naive-store.ts'
import { type CallbackStore, protocolOf, scheduledProtocol } from '../test/races/protocol.ts'
import type { Arena } from '../test/races/race.ts'
import type { Scheduler } from '../test/races/scheduler.ts'
import { secret, storedArena } from '../test/races/stored-arena.ts'

export interface Contestant {
  name: string
  open(): Promise<{ arena: Arena; close(): Promise<unknown> }>
}

const require = createRequire(import.meta.url)

// Dependencies of the benchmark alone, so their types are not there to be checked.
// biome-ignore lint/suspicious/noExplicitAny: see above
const peer = (name: string): any => require(name)

export const contestants: Contestant[] = [
  { name: 'MemoryStore of @fastify/session', open: async () => alone(new fastifySession.MemoryStore() as never) },
  {
    name: `connect-redis ${versionOf('connect-redis')}, Redis`,
    async open() {
      const server = await startRedis()
      if (!server) throw new Error('no redis-server on this machine; install the package redis-server')
      const client = new (peer('ioredis').Redis)(server.url)
      const store = new (peer('connect-redis').RedisStore)({ client })
      return { ...alone(store), close: () => client.quit().then(() => server.remove()) }
    },
  },
  {
    name: `connect-pg-simple ${versionOf('connect-pg-simple')}, PostgreSQL`,
    async open() {
      const { database, remove } = await databaseOn('postgres')
      const Store = peer('connect-pg-simple')(peer('express-session'))
      const options = { conString: database.url, createTableIfMissing: true, pruneSessionInterval: false }
      const store = new Store(options)
      return { ...alone(store), close: () => store.close().then(remove) }
    },
  },
  {
    name: 'SELECT, upsert, DELETE, as most SQL stores do; SQLite',
    async open() {
      const { database, remove } = await databaseOn('sqlite')
      await migrate(database)
      const opened = await openDatabase('sqlite', database.url, 'stored_sessions')
      return { ...alone(naiveStore(opened)), close: () => opened.close().then(remove) }
    },
  },
  ...Object.entries({ sqlite: 'SQLite', postgres: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB' }).map(
    ([database, label]) => ({ name: `**stored-session**, ${label}`, open: () => ours(database as DatabaseName) }),
  ),
]

/** A store whose calls are the steps of a race: as fine as one can look into a store of others. */
function alone(store: CallbackStore) {
  let current: Scheduler | undefined
  const protocol = scheduledProtocol(protocolOf(store), () => current)
  const arena: Arena = {
    protocols: [protocol, protocol],
    revoke: async () => {},
    trim: async () => {},
    schedule: (scheduler) => {
      current = scheduler
    },
  }
  return { arena, close: async (): Promise<unknown> => undefined }
}

/** Two of our stores, as two processes have them, whose statements are the steps. */
async function ours(name: DatabaseName) {
  const { database, remove } = await databaseOn(name)
  await migrate(database)
  const arena = await storedArena(database, 2)
  return { arena, close: () => arena.close().then(remove) }
}

async function migrate({ url }: TestDatabase): Promise<void> {
  const store = new StoredSessionStore({ database: url, secret, migrate: true, trim: false })
  await store.ready()
  await store.close()
}

async function databaseOn(name: DatabaseName): Promise<{ database: TestDatabase; remove(): Promise<void> }> {
  if (name === 'sqlite') {
    const database = await createSqliteDatabase()
    return { database, remove: () => database.drop() }
  }
  const server = await findServer(name)
  await server.start()
  const database = await (name === 'postgres'
    ? createPostgresDatabase(server.url)
    : createMysqlDatabase(name, server.url))
  return { database, remove: () => database.drop().then(() => server.remove()) }
}

// Not by require: packages need not export their package.json.
function versionOf(name: string): string {
  const file = new URL(`node_modules/${name}/package.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')).version
}
