import { journalOf, pendingMigrations } from '../migrations.ts'
import type { PgClient } from './client.ts'

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

/** Applies our migrations in one transaction, under an advisory lock that ends with it and so suits any pooler. */
export function migratePg(client: PgClient, table: string): Promise<void> {
  // The schema that drizzle.config.ts names, because drizzle-kit always names one.
  const journal = `"public".${quoted(journalOf(table))}`
  return client.transaction(async (query) => {
    // Whatever the server's default: a snapshot from before the wait for the lock would not show what the others made.
    await query('set transaction isolation level read committed')
    await query(`select pg_advisory_xact_lock(hashtextextended(${literal(`stored-session ${table}`)}, 0))`)
    await query(`create table if not exists ${journal} (id serial primary key, hash text not null, created_at bigint)`)
    const { rows } = await query(`select max(created_at) as newest from ${journal}`)
    for (const { statements, hash, time } of pendingMigrations('pg', table, Number(rows[0]?.newest ?? 0))) {
      for (const statement of statements) await query(statement)
      await query(`insert into ${journal} (hash, created_at) values (${literal(hash)}, ${time})`)
    }
  })
}
