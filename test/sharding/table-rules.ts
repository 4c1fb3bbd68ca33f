import type { Dialect, TestDatabase } from '../harness/databases.ts'

/** What a table has that its shards could not hold each by itself, as its catalog says. */
export interface TableFacts {
  /** The columns of the primary key, in their order. */
  readonly primaryKey: string[]
  /** Indexes that would have to be unique over all shards. */
  readonly uniqueBesides: string[]
  /** From this table, or to it. */
  readonly foreignKeys: string[]
  /** Columns whose values are counted. */
  readonly counted: string[]
  readonly triggers: string[]
}

/** Asks the catalog about a table of the database. */
export async function tableFacts(database: TestDatabase, table: string): Promise<TableFacts> {
  const queries = QUERIES[database.dialect](table)
  const names = Object.entries(queries).map(async ([fact, query]) => {
    const rows = await database.query(query)
    return [fact, rows.map(({ name }) => String(name))]
  })
  return Object.fromEntries(await Promise.all(names))
}

const QUERIES: Record<Dialect, (table: string) => Record<keyof TableFacts, string>> = {
  pg: (table) => ({
    primaryKey: `SELECT attname AS name FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
      WHERE indrelid = '${table}'::regclass AND indisprimary ORDER BY array_position(indkey::int[], attnum::int)`,
    uniqueBesides: `SELECT indexrelid::regclass::text AS name FROM pg_index
      WHERE indrelid = '${table}'::regclass AND indisunique AND NOT indisprimary`,
    foreignKeys: `SELECT conname AS name FROM pg_constraint
      WHERE contype = 'f' AND '${table}'::regclass IN (conrelid, confrelid)`,
    counted: `SELECT attname AS name FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      WHERE attrelid = '${table}'::regclass AND (attidentity <> '' OR pg_get_expr(adbin, adrelid) LIKE 'nextval%')`,
    triggers: `SELECT tgname AS name FROM pg_trigger WHERE tgrelid = '${table}'::regclass AND NOT tgisinternal`,
  }),
  mysql: (table) => {
    const here = `table_schema = database() AND table_name = '${table}'`
    return {
      primaryKey: `SELECT column_name AS name FROM information_schema.statistics
        WHERE ${here} AND index_name = 'PRIMARY' ORDER BY seq_in_index`,
      uniqueBesides: `SELECT DISTINCT index_name AS name FROM information_schema.statistics
        WHERE ${here} AND non_unique = 0 AND index_name <> 'PRIMARY'`,
      foreignKeys: `SELECT constraint_name AS name FROM information_schema.referential_constraints
        WHERE constraint_schema = database() AND '${table}' IN (table_name, referenced_table_name)`,
      counted: `SELECT column_name AS name FROM information_schema.columns WHERE ${here} AND extra LIKE '%auto_increment%'`,
      triggers: `SELECT trigger_name AS name FROM information_schema.triggers
        WHERE event_object_schema = database() AND event_object_table = '${table}'`,
    }
  },
  sqlite: (table) => ({
    primaryKey: `SELECT name FROM pragma_table_info('${table}') WHERE pk > 0 ORDER BY pk`,
    uniqueBesides: `SELECT name FROM pragma_index_list('${table}') WHERE "unique" AND origin <> 'pk'`,
    foreignKeys: `SELECT DISTINCT m.name || f.id AS name FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
      WHERE m.type = 'table' AND '${table}' IN (m.name, f."table")`,
    // An integer that is the key alone is a number of the row, which SQLite counts.
    counted: `SELECT name FROM pragma_table_info('${table}') AS one WHERE pk > 0 AND upper(type) = 'INTEGER'
      AND (SELECT max(pk) FROM pragma_table_info('${table}')) = 1`,
    triggers: `SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '${table}'`,
  }),
}
