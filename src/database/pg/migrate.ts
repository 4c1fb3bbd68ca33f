import { MissingTableError } from '../../errors.ts'
import type { MigrationState } from '../contract/stored-keys.ts'
import { type Journal, journalOf, migrationStates, pendingMigrations } from '../sql/migrations.ts'
import { type TablePlace, textOfPlace } from '../sql/table-place.ts'
import type { PgClient } from './client.ts'

type Query = Parameters<Parameters<PgClient['transaction']>[0]>[0]

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`
const UNDEFINED_TABLE = '42P01'

/** The journal that belongs to the table of this name, or place. */
export function journalFor(place: TablePlace, schema = place.schema ?? 'public'): Journal {
  const name = `${quoted(schema)}.${quoted(journalOf(place.name))}`
  return {
    ...(place.schema !== undefined && { createSchema: `create schema if not exists ${quoted(place.schema)}` }),
    create: `create table if not exists ${name} (id serial primary key, hash text not null, created_at bigint)`,
    newest: `select max(created_at) as newest from ${name}`,
    insert: ({ hash, time }) => `insert into ${name} (hash, created_at) values (${literal(hash)}, ${time})`,
  }
}

/** Applies our migrations in one transaction, under an advisory lock that ends with it and so suits any pooler. */
export function migratePg(client: PgClient, place: TablePlace): Promise<void> {
  const lock = literal(`stored-session ${textOfPlace(place)}`)
  return client.transaction(async (query) => {
    // Whatever the server's default: a snapshot from before the wait for the lock would not show what the others made.
    await query('set transaction isolation level read committed')
    await query(`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`)
    const journal = journalFor(place, await journalSchema(query, place))
    await createSchema(query, place, journal)
    await query(journal.create)
    const { rows } = await query(journal.newest)
    for (const migration of pendingMigrations('pg', place, Number(rows[0]?.newest ?? 0))) {
      for (const statement of migration.statements) await query(statement)
      await query(journal.insert(migration))
    }
  })
}

/**
 * The schema of the journal: that of the table, where one is named, or else where an unqualified name leads. Earlier
 * releases always chose `public`, as drizzle.config.ts does, so a table without a journal of its own has it there.
 */
async function journalSchema(query: Query, { schema, name }: TablePlace): Promise<string> {
  if (schema !== undefined) return schema
  const { rows } = await query(`select current_schema() as schema,
    to_regclass(quote_ident(current_schema()) || '.' || quote_ident(${literal(journalOf(name))})) is not null as "hasJournal",
    to_regclass(quote_ident(${literal(name)})) is not null as "hasTable"`)
  const { schema: current, hasJournal, hasTable } = rows[0] ?? {}
  return typeof current === 'string' && (hasJournal || !hasTable) ? current : 'public'
}

// "if not exists" asks for the right to create schemas even where there is nothing to create.
async function createSchema(query: Query, { schema }: TablePlace, journal: Journal): Promise<void> {
  if (schema === undefined || journal.createSchema === undefined) return
  const { rows } = await query(`select 1 from pg_namespace where nspname = ${literal(schema)}`)
  if (rows.length === 0) await query(journal.createSchema)
}

/** Our migrations, and which of them the database has. */
export async function pgMigrations(client: PgClient, place: TablePlace): Promise<MigrationState[]> {
  const schema = await journalSchema((text) => client.query(text, []), place)
  const journal = journalFor(place, schema)
  const newest = await client.query(journal.newest, []).then(
    ({ rows }) => Number(rows[0]?.newest ?? 0),
    (error) => {
      if (error.code !== UNDEFINED_TABLE) throw error
      return undefined
    },
  )
  return migrationStates('pg', place, journal, newest)
}

const NO_SCHEMA = '3F000'

const ASK_PATH = `select current_schema() is null as "isNowhere", current_setting('search_path') as path`

/**
 * Runs work of the start, and names the schema that does not exist where no schema of the search_path does.
 *
 * @throws `FST_STORED_SESSION_MISSING_TABLE`
 */
export async function inSearchPath<Result>(
  client: PgClient,
  place: TablePlace,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const isMissing = error instanceof MissingTableError || (error as { code?: unknown }).code === NO_SCHEMA
    if (!isMissing || place.schema !== undefined) throw error
    const { rows } = await client.query(ASK_PATH, [])
    if (rows[0]?.isNowhere !== true) throw error
    throw new MissingTableError(
      `the table "${textOfPlace(place)}" is missing, and no schema of the search_path exists, which is ${rows[0].path}. Run CREATE SCHEMA for it, or correct the schema in the URL of the database`,
    )
  }
}
