import { ask, pooledUrl } from './pgbouncer-server.ts'
import { createPostgresDatabase } from './postgres-database.ts'
import type { TestDatabase } from './test-database.ts'

/** PostgreSQL behind PgBouncer in transaction mode: without prepared statements, and with those that PgBouncer keeps. */
export const pooledNames = ['postgres-pooled', 'postgres-pooled-prepared'] as const

export type PooledName = (typeof pooledNames)[number]

export const isPooled = (name: string): name is PooledName => pooledNames.some((known) => known === name)

/** PgBouncer has 0 as default up to 1.23, and 200 since 1.24. */
export const maxPreparedStatements: Record<PooledName, number> = {
  'postgres-pooled': 0,
  'postgres-pooled-prepared': 200,
}

/** A new database, whose URL leads through a pooler; what the test itself asks goes to the server. */
export async function createPooledDatabase(
  name: PooledName,
  poolerUrl: string,
  serverUrl: string,
): Promise<TestDatabase> {
  const database = await createPostgresDatabase(serverUrl)
  const url = new URL(pooledUrl(poolerUrl, database.url))
  if (name === 'postgres-pooled') url.searchParams.set('prepare', 'false')
  return { ...database, name, url: url.href, reconnect: () => ask(poolerUrl, `RECONNECT ${url.pathname.slice(1)}`) }
}
