import type { Dialect, TestDatabase } from '../harness/databases.ts'

/** All that a database knows about a table: columns, keys, indexes, storage. Equal for tables that were made alike. */
export async function schemaOf(database: TestDatabase, table = 'stored_sessions'): Promise<unknown> {
  const answers = QUERIES[database.dialect].map((query) => database.query(query, parameters(database, query, table)))
  return (await Promise.all(answers)).map((rows) => rows.map((row) => Object.entries(row)))
}

/** The names of all tables. */
export async function tablesOf(database: TestDatabase): Promise<string[]> {
  return (await database.query(TABLES[database.dialect])).map(({ name }) => String(name))
}

/** What a journal holds: which migrations, in which order. */
export async function journalOf(database: TestDatabase, journal = 'stored_sessions_migrations'): Promise<unknown[]> {
  const rows = await database.query(`select hash, created_at from ${quoted(database, journal)} order by created_at`)
  return rows.map(({ hash, created_at }) => [hash, Number(created_at)])
}

/** A name as SQL has it. */
export function quoted({ dialect }: Pick<TestDatabase, 'dialect'>, name: string): string {
  const quote = dialect === 'mysql' ? '`' : '"'
  return quote + name.replaceAll(quote, quote + quote) + quote
}

const QUERIES: Record<Dialect, string[]> = {
  sqlite: [
    `select * from pragma_table_info(?) order by cid`,
    `select list."unique", list.origin, info.* from pragma_index_list(?) as list, pragma_index_info(list.name) as info
     where list.origin = 'c' order by info.name`,
    `select name from sqlite_schema where tbl_name = ? and type = 'index' and sql is not null order by name`,
  ],
  pg: [
    `select column_name, data_type, is_nullable, column_default, ordinal_position from information_schema.columns
     where table_schema = 'public' and table_name = $1 order by ordinal_position`,
    `select indexname, indexdef from pg_indexes where schemaname = 'public' and tablename = $1 order by indexname`,
    `select reloptions, relkind, relpersistence from pg_class where oid = format('public.%I', $1::text)::regclass`,
    `select attname, attstorage from pg_attribute where attrelid = format('public.%I', $1::text)::regclass
     and attnum > 0 order by attnum`,
  ],
  mysql: ['show create table ??'],
}

const TABLES: Record<Dialect, string> = {
  sqlite: `select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name`,
  pg: `select table_name as name from information_schema.tables where table_schema = 'public' order by table_name`,
  mysql: `select table_name as name from information_schema.tables where table_schema = database() order by table_name`,
}

function parameters({ dialect }: TestDatabase, query: string, table: string): string[] {
  return dialect === 'sqlite' && !query.includes('?') ? [] : [table]
}
