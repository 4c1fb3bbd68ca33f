import type { Database } from 'better-sqlite3'
import { journalOf, pendingMigrations } from '../migrations.ts'

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** Applies our migrations in one transaction, which in SQLite is also the lock. */
export function migrateSqlite(client: Database, table: string): void {
  const journal = quoted(journalOf(table))
  client
    .transaction(() => {
      // To the letter what drizzle-kit makes; SQLite keeps the spelling.
      client.exec(
        `create table if not exists ${journal} (id SERIAL primary key, hash text not null, created_at numeric)`,
      )
      const newest = client.prepare(`select max(created_at) from ${journal}`).pluck().get()
      for (const { statements, hash, time } of pendingMigrations('sqlite', table, Number(newest ?? 0))) {
        for (const statement of statements) client.exec(statement)
        client.prepare(`insert into ${journal} (hash, created_at) values (?, ?)`).run(hash, time)
      }
    })
    .immediate()
}
