import { describe } from 'node:test'
import { createGaleraDatabase, isGalera } from './galera-database.ts'
import { createMysqlDatabase } from './mysql-database.ts'
import { createPartitionedDatabase, PARTITIONED } from './partitioned-database.ts'
import { createPooledDatabase, isPooled, type PooledName } from './pooled-database.ts'
import { createPostgresDatabase } from './postgres-database.ts'
import { type DatabaseName, databaseNames, type TargetName, targetList } from './selection.ts'
import { createSqliteDatabase } from './sqlite-database.ts'
import type { Dialect, TestDatabase } from './test-database.ts'
import { type ServerName, urlVariable } from './test-server.ts'

export type { DatabaseName, TargetName } from './selection.ts'
export type { Dialect, Row, TestDatabase } from './test-database.ts'

export interface DatabaseTarget {
  readonly name: TargetName
  readonly dialect: Dialect
  /** A new, empty database; drop() it in the end. */
  create(): Promise<TestDatabase>
}

export const databases: DatabaseTarget[] = targetList(process.env.TEST_DATABASES || databaseNames.join()).map(target)

/** Those of {@link databases} that are one server each, or a file. */
export const ownable: DatabaseName[] = databaseNames.filter((name) => databases.some((target) => target.name === name))

/** Defines the same tests for each database, in a suite with its name. */
export function forEachDatabase(define: (database: DatabaseTarget) => void): void {
  for (const database of databases) describe(database.name, () => define(database))
}

function target(name: TargetName): DatabaseTarget {
  if (name === 'sqlite') return { name, dialect: 'sqlite', create: createSqliteDatabase }
  if (isGalera(name)) return { name, dialect: 'mysql', create: () => createGaleraDatabase(name, serverUrl('galera')) }
  if (isPooled(name)) return pooledTarget(name)
  if (name === PARTITIONED) return partitionedTarget()
  const url = serverUrl(name)
  if (name === 'postgres') return { name, dialect: 'pg', create: () => createPostgresDatabase(url) }
  return { name, dialect: 'mysql', create: () => createMysqlDatabase(name, url) }
}

function partitionedTarget(): DatabaseTarget {
  return { name: PARTITIONED, dialect: 'pg', create: () => createPartitionedDatabase(serverUrl('postgres')) }
}

function pooledTarget(name: PooledName): DatabaseTarget {
  const [pooler, server] = [serverUrl(name), serverUrl('postgres')]
  return { name, dialect: 'pg', create: () => createPooledDatabase(name, pooler, server) }
}

function serverUrl(name: ServerName | 'galera' | PooledName): string {
  const url = process.env[urlVariable(name)]
  if (url) return url
  throw new Error(
    `${urlVariable(name)} is not set: run the tests with "npm test", or leave ${name} out of TEST_DATABASES`,
  )
}
