import type { MigrationState } from '../contract/stored-keys.ts'
import { type Journal, journalOf, migrationStates, pendingMigrations } from '../sql/migrations.ts'
import type { SqliteClient } from './client.ts'

/** The journal that belongs to the table of this name, or place. */
export function journalFor(table: string): Journal {
  const name = `"${journalOf(table).replaceAll('"', '""')}"`
  return {
    // To the letter what drizzle-kit makes; SQLite keeps the spelling.
    create: `create table if not exists ${name} (id SERIAL primary key, hash text not null, created_at numeric)`,
    newest: `select max(created_at) as newest from ${name}`,
    insert: ({ hash, time }) => `insert into ${name} (hash, created_at) values ('${hash}', ${time})`,
  }
}

/**
 * Applies our migrations in one transaction, which in SQLite is also the lock. It fails where another process was faster,
 * and then begins with what that process has left to do.
 */
export async function migrateSqlite(client: SqliteClient, table: string): Promise<void> {
  const journal = journalFor(table)
  for (;;) {
    const newest = await newestIn(client, table, journal)
    const pending = pendingMigrations('sqlite', { name: table }, newest ?? 0)
    if (pending.length === 0) return
    try {
      const statements = pending.flatMap((migration) => [...migration.statements, journal.insert(migration)])
      await client.script([journal.create, failingUnless(journal, newest), ...statements])
    } catch (error) {
      if ((await newestIn(client, table, journal)) === newest) throw error
    }
  }
}

/** Our migrations, and which of them the file has. */
export async function sqliteMigrations(client: SqliteClient, table: string): Promise<MigrationState[]> {
  const journal = journalFor(table)
  return migrationStates('sqlite', { name: table }, journal, await newestIn(client, table, journal))
}

/** The time of the newest migration that was applied, 0 for none; undefined where there is no journal. */
async function newestIn(client: SqliteClient, table: string, { newest }: Journal): Promise<number | undefined> {
  const named = { text: 'select 1 from sqlite_master where name = ?', names: ['name'] }
  const [isThere] = await client.rows(named, [journalOf(table)])
  if (!isThere) return undefined
  const [row] = await client.rows({ text: newest, names: [] }, [])
  return Number(row?.newest ?? 0)
}

// SQL that is no trigger has no other way to fail on a condition than a function that refuses its argument.
const failingUnless = (journal: Journal, newest: number | undefined) =>
  `select json(iif((${journal.newest}) is ${newest || 'null'}, '1', 'another process has migrated'))`
