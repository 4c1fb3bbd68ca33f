import SqliteClient from 'better-sqlite3'
import * as sqlite from 'drizzle-orm/better-sqlite3'
import * as sqliteMigrator from 'drizzle-orm/better-sqlite3/migrator'
import * as mysql from 'drizzle-orm/mysql2'
import * as mysqlMigrator from 'drizzle-orm/mysql2/migrator'
import * as pg from 'drizzle-orm/postgres-js'
import * as pgMigrator from 'drizzle-orm/postgres-js/migrator'
import { createConnection } from 'mysql2/promise'
import postgres from 'postgres'
import type { Dialect, TestDatabase } from '../harness/databases.ts'

/** Migrates as an application does that uses Drizzle itself, with Drizzle's own journal. */
export function migrateApplication({ dialect, url }: TestDatabase, migrationsFolder: string): Promise<void> {
  return MIGRATE[dialect](url, migrationsFolder)
}

const MIGRATE: Record<Dialect, (url: string, migrationsFolder: string) => Promise<void>> = {
  async sqlite(url, migrationsFolder) {
    const client = new SqliteClient(url.replace('sqlite:', ''))
    sqliteMigrator.migrate(sqlite.drizzle(client), { migrationsFolder })
    client.close()
  },
  async pg(url, migrationsFolder) {
    const client = postgres(url, { max: 1, onnotice: () => {} })
    await pgMigrator.migrate(pg.drizzle(client), { migrationsFolder })
    await client.end()
  },
  async mysql(url, migrationsFolder) {
    const client = await createConnection(url)
    await mysqlMigrator.migrate(mysql.drizzle(client), { migrationsFolder })
    await client.end()
  },
}
