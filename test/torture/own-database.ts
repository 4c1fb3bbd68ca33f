import type { DatabaseName, TestDatabase } from '../harness/databases.ts'
import { ownServer } from '../harness/find-server.ts'
import { createMysqlDatabase } from '../harness/mysql-database.ts'
import { createPostgresDatabase } from '../harness/postgres-database.ts'
import { createSqliteDatabase } from '../harness/sqlite-database.ts'
import type { TestServer } from '../harness/test-server.ts'

/** A database on a server that nobody else uses; SQLite has none. */
export interface OwnDatabase {
  readonly database: TestDatabase
  readonly server: TestServer | undefined
  /** Ends and deletes all of it. */
  remove(): Promise<void>
}

/**
 * Starts a server, and creates a database on it.
 *
 * @param settings - words of the server's command line
 */
export async function ownDatabase(name: DatabaseName, settings: string[] = []): Promise<OwnDatabase> {
  if (name === 'sqlite') {
    const database = await createSqliteDatabase()
    return { database, server: undefined, remove: () => database.drop() }
  }
  const server = await ownServer(name, settings)
  await server.start()
  const create = name === 'postgres' ? createPostgresDatabase : (url: string) => createMysqlDatabase(name, url)
  return { database: await create(server.url), server, remove: () => server.remove() }
}
