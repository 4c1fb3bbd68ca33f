import { findServer, ownServer } from '../test/harness/find-server.ts'
import { createMysqlDatabase } from '../test/harness/mysql-database.ts'
import { createPostgresDatabase } from '../test/harness/postgres-database.ts'
import { startRedis } from '../test/harness/redis-server.ts'
import { createSqliteDatabase, sqliteOrigin } from '../test/harness/sqlite-database.ts'
import type { Row, TestDatabase } from '../test/harness/test-database.ts'
import { type ServerName, type TestServer, urlVariable } from '../test/harness/test-server.ts'
import { cpuSeconds, listenerOn } from './processes.ts'
import { type RedisAdmin, redisAdmin } from './redis-admin.ts'
import type { ServerKind } from './stores.ts'

/** What one store works on: its own database on a server that others use in turn. */
export interface Place {
  url: string
  query(sql: string): Promise<Row[]>
  drop(): Promise<void>
}

export interface BenchServer {
  kind: ServerKind
  version: string
  /** The setting that says whether a commit waits for the disk, as the server has it; empty without a server. */
  durability: string
  createPlace(): Promise<Place>
  /** Statements that the server has counted so far, for a place; undefined where it does not count. */
  statements(place: Place): Promise<number | undefined>
  /** Seconds of processor time used so far, also by the server's children. */
  cpu(): number
  /** Average bytes of key and payload, where no query tells. */
  bytes?(): Promise<number>
  remove(): Promise<void>
}

/** With it every commit waits for the disk, as with `appendfsync always` of Redis; those of the tests do not wait. */
const durableSettings: Record<ServerName, string[]> = {
  postgres: ['-c', 'fsync=on', '-c', 'full_page_writes=on'],
  mysql: ['--innodb-flush-log-at-trx-commit=1'],
  mariadb: ['--innodb-flush-log-at-trx-commit=1'],
}

/** @param durable - whether commits of PostgreSQL, MySQL and MariaDB wait for the disk; a server of a URL keeps its settings */
export async function startServer(kind: ServerKind, durable = false): Promise<BenchServer> {
  if (kind === 'none')
    return withoutServer(kind, async () => ({ url: '', query: async () => [], drop: async () => {} }))
  if (kind === 'sqlite') {
    const server = withoutServer(kind, createSqliteDatabase)
    return { ...server, version: sqliteOrigin().version, durability: 'synchronous=NORMAL' }
  }
  if (kind === 'redis') return redis([])
  if (kind === 'redis-always') return redis(['--appendonly', 'yes', '--appendfsync', 'always'])
  return kind === 'postgres' ? postgres(durable) : mysql(kind, durable)
}

async function startedServer(name: ServerName, durable: boolean): Promise<TestServer> {
  const isOwn = process.env[urlVariable(name)] === undefined
  const server = await (durable && isOwn ? ownServer(name, durableSettings[name]) : findServer(name))
  await server.start()
  return server
}

function withoutServer(kind: ServerKind, createPlace: () => Promise<Place>): BenchServer {
  const nothing = { statements: async () => undefined, cpu: () => 0, remove: async () => {} }
  return { kind, version: '', durability: '', createPlace, ...nothing }
}

async function postgres(durable: boolean): Promise<BenchServer> {
  const server = await startedServer('postgres', durable)
  const admin = await createPostgresDatabase(server.url)
  // PostgreSQL counts statements only when it is started with the module for it.
  const counts = await admin
    .query(`ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'`)
    .then(() => restart(server.stop.bind(server), server.start.bind(server)))
    .then(() => admin.query('CREATE EXTENSION pg_stat_statements'))
    .then(
      () => true,
      () => false,
    )
  return {
    kind: 'postgres',
    version: server.version,
    durability: `fsync=${(await admin.query('SHOW fsync'))[0]?.fsync}`,
    createPlace: () => createPostgresDatabase(server.url),
    async statements(place) {
      if (!counts) return undefined
      const sql = `SELECT sum(calls) AS n FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
        WHERE datname = '${new URL(place.url).pathname.slice(1)}'`
      return Number((await admin.query(sql))[0]?.n ?? 0)
    },
    cpu: cpuOf(server.url),
    remove: () => discard(server, admin),
  }
}

async function restart(stop: () => Promise<void>, start: () => Promise<void>): Promise<void> {
  await stop()
  await start()
}

async function discard(server: { remove(): Promise<void> }, admin: TestDatabase): Promise<void> {
  await admin.drop().catch(() => {})
  await server.remove()
}

async function mysql(kind: 'mysql' | 'mariadb', durable: boolean): Promise<BenchServer> {
  const server = await startedServer(kind, durable)
  const admin = await createMysqlDatabase(kind, server.url)
  const [flush] = await admin.query('SELECT @@innodb_flush_log_at_trx_commit AS n')
  return {
    kind,
    version: server.version,
    durability: `innodb_flush_log_at_trx_commit=${flush?.n}`,
    createPlace: () => createMysqlDatabase(kind, server.url),
    // The one that asks, and what its connection asks first, are counted too: two or three in thousands.
    statements: async () => Number((await admin.query(`SHOW GLOBAL STATUS LIKE 'Questions'`))[0]?.Value),
    cpu: cpuOf(server.url),
    remove: () => discard(server, admin),
  }
}

async function redis(settings: string[]): Promise<BenchServer> {
  const server = await startRedis(settings)
  if (!server) throw new Error('no redis-server on this machine; install the package redis-server')
  const admin: RedisAdmin = await redisAdmin(server.url)
  const isLogged = (await admin.setting('appendonly')) === 'yes'
  return {
    kind: 'redis',
    version: await admin.version(),
    durability: isLogged ? `appendfsync=${await admin.setting('appendfsync')}` : 'appendonly=no',
    createPlace: async () => ({ url: server.url, query: async () => [], drop: () => admin.clear() }),
    statements: () => admin.commands(),
    cpu: cpuOf(server.url),
    bytes: () => admin.bytesPerKey(),
    async remove() {
      admin.close()
      await server.remove()
    },
  }
}

// A server in a container has its processes elsewhere, and none are found.
function cpuOf(url: string): () => number {
  const pid = listenerOn(Number(new URL(url).port))
  return () => (pid === undefined ? 0 : cpuSeconds(pid))
}
