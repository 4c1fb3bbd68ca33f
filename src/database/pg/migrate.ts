import type { MigrationState } from '../contract/stored-keys.ts'
import { type Journal, journalOf, migrationStates, pendingMigrations } from '../sql/migrations.ts'
import { type TablePlace, textOfPlace } from '../sql/table-place.ts'
import type { PgClient } from './client.ts'

type Query = Parameters<Parameters<PgClient['transaction']>[0]>[0]

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`
const UNDEFINED_TABLE = '42P01'

/** The journal that belongs to the table of this name, or place. */
export function journalFor(place: TablePlace): Journal {
  // Beside its table, or in the schema that drizzle.config.ts names, because drizzle-kit always names one.
  const name = `${quoted(place.schema ?? 'public')}.${quoted(journalOf(place.name))}`
  return {
    ...(place.schema !== undefined && { createSchema: `create schema if not exists ${quoted(place.schema)}` }),
    create: `create table if not exists ${name} (id serial primary key, hash text not null, created_at bigint)`,
    newest: `select max(created_at) as newest from ${name}`,
    insert: ({ hash, time }) => `insert into ${name} (hash, created_at) values (${literal(hash)}, ${time})`,
  }
}

/** Applies our migrations in one transaction, under an advisory lock that ends with it and so suits any pooler. */
export function migratePg(client: PgClient, place: TablePlace): Promise<void> {
  const journal = journalFor(place)
  const lock = literal(`stored-session ${textOfPlace(place)}`)
  return client.transaction(async (query) => {
    // Whatever the server's default: a snapshot from before the wait for the lock would not show what the others made.
    await query('set transaction isolation level read committed')
    await query(`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`)
    await createSchema(query, place, journal)
    await query(journal.create)
    const { rows } = await query(journal.newest)
    for (const migration of pendingMigrations('pg', place, Number(rows[0]?.newest ?? 0))) {
      for (const statement of migration.statements) await query(statement)
      await query(journal.insert(migration))
    }
  })
}

// "if not exists" asks for the right to create schemas even where there is nothing to create.
async function createSchema(query: Query, { schema }: TablePlace, journal: Journal): Promise<void> {
  if (schema === undefined || journal.createSchema === undefined) return
  const { rows } = await query(`select 1 from pg_namespace where nspname = ${literal(schema)}`)
  if (rows.length === 0) await query(journal.createSchema)
}

/** Our migrations, and which of them the database has. */
export async function pgMigrations(client: PgClient, place: TablePlace): Promise<MigrationState[]> {
  const journal = journalFor(place)
  const newest = await client.query(journal.newest, []).then(
    ({ rows }) => Number(rows[0]?.newest ?? 0),
    (error) => {
      if (error.code !== UNDEFINED_TABLE) throw error
      return undefined
    },
  )
  return migrationStates('pg', place, journal, newest)
}
