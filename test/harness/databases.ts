import { describe } from 'node:test'
import { createMysqlDatabase } from './mysql-database.ts'
import { createPostgresDatabase } from './postgres-database.ts'
import { type DatabaseName, databaseList, databaseNames } from './selection.ts'
import { createSqliteDatabase } from './sqlite-database.ts'
import type { Dialect, TestDatabase } from './test-database.ts'
import { type ServerName, urlVariable } from './test-server.ts'

export type { DatabaseName } from './selection.ts'
export type { Dialect, Row, TestDatabase } from './test-database.ts'

export interface DatabaseTarget {
  readonly name: DatabaseName
  readonly dialect: Dialect
  /** A new, empty database; drop() it in the end. */
  create(): Promise<TestDatabase>
}

export const databases: DatabaseTarget[] = databaseList(process.env.TEST_DATABASES || databaseNames.join()).map(target)

/** Defines the same tests for each database, in a suite with its name. */
export function forEachDatabase(define: (database: DatabaseTarget) => void): void {
  for (const database of databases) describe(database.name, () => define(database))
}

function target(name: DatabaseName): DatabaseTarget {
  if (name === 'sqlite') return { name, dialect: 'sqlite', create: createSqliteDatabase }
  const url = serverUrl(name)
  if (name === 'postgres') return { name, dialect: 'pg', create: () => createPostgresDatabase(url) }
  return { name, dialect: 'mysql', create: () => createMysqlDatabase(name, url) }
}

function serverUrl(name: ServerName): string {
  const url = process.env[urlVariable(name)]
  if (url) return url
  throw new Error(
    `${urlVariable(name)} is not set: run the tests with "npm test", or leave ${name} out of TEST_DATABASES`,
  )
}
