import type { Database } from 'better-sqlite3'
import type { MigrationState } from '../contract/stored-keys.ts'
import { type Journal, journalOf, migrationStates, pendingMigrations } from '../sql/migrations.ts'

/** The journal that belongs to the table of this name, or place. */
export function journalFor(table: string): Journal {
  const name = `"${journalOf(table).replaceAll('"', '""')}"`
  return {
    // To the letter what drizzle-kit makes; SQLite keeps the spelling.
    create: `create table if not exists ${name} (id SERIAL primary key, hash text not null, created_at numeric)`,
    newest: `select max(created_at) from ${name}`,
    insert: ({ hash, time }) => `insert into ${name} (hash, created_at) values ('${hash}', ${time})`,
  }
}

/** Applies our migrations in one transaction, which in SQLite is also the lock. */
export function migrateSqlite(client: Database, table: string): void {
  const journal = journalFor(table)
  client
    .transaction(() => {
      client.exec(journal.create)
      const newest = client.prepare(journal.newest).pluck().get()
      for (const migration of pendingMigrations('sqlite', { name: table }, Number(newest ?? 0))) {
        for (const statement of migration.statements) client.exec(statement)
        client.exec(journal.insert(migration))
      }
    })
    .immediate()
}

/** Our migrations, and which of them the file has. */
export function sqliteMigrations(client: Database, table: string): MigrationState[] {
  const journal = journalFor(table)
  const isThere = client.prepare('select 1 from sqlite_master where name = ?').pluck().get(journalOf(table)) === 1
  const newest = isThere ? Number(client.prepare(journal.newest).pluck().get() ?? 0) : undefined
  return migrationStates('sqlite', { name: table }, journal, newest)
}
