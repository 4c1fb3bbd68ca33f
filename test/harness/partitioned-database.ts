import { readMigrationFiles } from 'drizzle-orm/migrator'
import { createPostgresDatabase } from './postgres-database.ts'
import type { TestDatabase } from './test-database.ts'

/** The name of a PostgreSQL whose table of sessions is partitioned: one only when it is named. */
export const PARTITIONED = 'postgres-partitioned'

/** A database in which the migrations for a table that is partitioned by its key were applied already. */
export async function createPartitionedDatabase(serverUrl: string): Promise<TestDatabase> {
  const database = await createPostgresDatabase(serverUrl)
  const migrations = readMigrationFiles({ migrationsFolder: 'drizzle/pg-partitioned' })
  const journal = migrations.map(({ hash, folderMillis }) => `('${hash}', ${folderMillis})`)
  const statements = [
    ...migrations.flatMap(({ sql }) => sql),
    'CREATE TABLE stored_sessions_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)',
    `INSERT INTO stored_sessions_migrations (hash, created_at) VALUES ${journal.join()}`,
  ]
  // As one text without parameters, in which each ends with a semicolon or a comment.
  await database.query(statements.map((statement) => statement.trim().replace(/;?$/, ';\n')).join(''))
  return { ...database, name: PARTITIONED }
}
