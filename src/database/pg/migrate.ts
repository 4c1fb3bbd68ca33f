import { type Journal, journalOf, type MigrationState, migrationStates, pendingMigrations } from '../migrations.ts'
import type { PgClient } from './client.ts'

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`
const UNDEFINED_TABLE = '42P01'

function journalFor(table: string): Journal {
  // The schema that drizzle.config.ts names, because drizzle-kit always names one.
  const name = `"public"."${journalOf(table).replaceAll('"', '""')}"`
  return {
    create: `create table if not exists ${name} (id serial primary key, hash text not null, created_at bigint)`,
    newest: `select max(created_at) as newest from ${name}`,
    insert: ({ hash, time }) => `insert into ${name} (hash, created_at) values (${literal(hash)}, ${time})`,
  }
}

/** Applies our migrations in one transaction, under an advisory lock that ends with it and so suits any pooler. */
export function migratePg(client: PgClient, table: string): Promise<void> {
  const journal = journalFor(table)
  return client.transaction(async (query) => {
    // Whatever the server's default: a snapshot from before the wait for the lock would not show what the others made.
    await query('set transaction isolation level read committed')
    await query(`select pg_advisory_xact_lock(hashtextextended(${literal(`stored-session ${table}`)}, 0))`)
    await query(journal.create)
    const { rows } = await query(journal.newest)
    for (const migration of pendingMigrations('pg', table, Number(rows[0]?.newest ?? 0))) {
      for (const statement of migration.statements) await query(statement)
      await query(journal.insert(migration))
    }
  })
}

/** Our migrations, and which of them the database has. */
export async function pgMigrations(client: PgClient, table: string): Promise<MigrationState[]> {
  const journal = journalFor(table)
  const newest = await client.query(journal.newest, []).then(
    ({ rows }) => Number(rows[0]?.newest ?? 0),
    (error) => {
      if (error.code !== UNDEFINED_TABLE) throw error
      return undefined
    },
  )
  return migrationStates('pg', table, journal, newest)
}
