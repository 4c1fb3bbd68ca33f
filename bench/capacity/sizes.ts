/** What a row takes on disk, in the table and in each index, and how fast rows are trimmed: by a table that is filled. */
import { randomBytes } from 'node:crypto'
import type { NewRow } from '../../src/database/contract/session-database.ts'
import type { Dialect, Row } from '../../test/harness/test-database.ts'
import type { Ground } from './ground.ts'

/** Bytes a row. */
export interface RowBytes {
  readonly table: number
  /** By the name of the index, without that of the table. */
  readonly indexes: Readonly<Record<string, number>>
}

const TABLE = 'stored_sessions'
const HOUR = 3_600_000
/** Bytes of a sealed session whose JSON has 250, as bench/results.md has it, without its key. */
const SEALED = 261
const BATCH = 1_000
/** Users have two rows each, and rows stay for some hours. */
const ROWS_PER_USER = 2
const HOURS = 5

/** Fills the table with so many rows, in the order of random keys, in which sessions come. */
export async function fill({ core }: Ground, count: number, onProgress: (share: number) => void): Promise<void> {
  for (let from = 0; from < count; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) => row(from + index, count))
    await core.database.insertMany!(rows)
    onProgress((from + rows.length) / count)
  }
}

/** A row that was made in its turn, and may be deleted some hours ago. */
function row(number: number, count: number): NewRow {
  const expiresAt =
    Math.floor(Date.now() / HOUR) * HOUR - 2 * HOUR + Math.floor(((number / count) * HOURS - HOURS) * HOUR)
  return {
    sid: randomBytes(32),
    data: randomBytes(SEALED),
    version: 1,
    userId: `user-${Math.floor(number / ROWS_PER_USER)}`,
    createdAt: expiresAt - 3 * HOUR,
    touchedAt: expiresAt - 2 * HOUR,
    expiresAt,
    trimAt: Math.ceil(expiresAt / HOUR) * HOUR + HOUR,
    endedAt: null,
    endReason: null,
    keyId: 1,
    metadata: null,
    binding: null,
  }
}

/** The bytes of the table and its indexes. */
export async function tableBytes({ core, place }: Ground): Promise<RowBytes> {
  const { dialect } = core.database
  for (const statement of SETTLE[dialect]) await place.query(statement)
  const parts = (await place.query(SIZES[dialect])).map(part)
  const table = parts.find(({ name }) => TABLES.includes(name))
  if (!table) throw new Error(`${dialect} does not tell the size of ${TABLE}`)
  const indexes = parts.filter((one) => one !== table).map(({ name, bytes }) => [shortName(name), bytes])
  return { table: table.bytes, indexes: Object.fromEntries(indexes) }
}

export function perRow({ table, indexes }: RowBytes, rows: number): RowBytes {
  const each = Object.entries(indexes).map(([name, bytes]) => [name, bytes / rows] as const)
  return { table: table / rows, indexes: Object.fromEntries(each) }
}

export const totalBytes = ({ table, indexes }: RowBytes) =>
  Object.values(indexes).reduce((sum, bytes) => sum + bytes, table)

/** Deletes everything, as the background does, and says how many rows a second that was. */
export async function trimRate({ trimmer }: Ground, rows: number): Promise<number> {
  const { trimmed, durationMs } = await trimmer.trim()
  if (trimmed !== rows) throw new Error(`${trimmed} of ${rows} rows were trimmed`)
  return (trimmed / durationMs) * 1_000
}

const SETTLE: Record<Dialect, string[]> = {
  sqlite: ['PRAGMA wal_checkpoint(TRUNCATE)'],
  pg: [`VACUUM (ANALYZE) ${TABLE}`],
  mysql: [`ANALYZE TABLE ${TABLE}`],
}

const SIZES: Record<Dialect, string> = {
  sqlite: `SELECT name, sum(pgsize) AS bytes FROM dbstat
    WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = '${TABLE}') GROUP BY name`,
  pg: `SELECT relname AS name, CASE relkind WHEN 'r' THEN pg_table_size(oid) ELSE pg_relation_size(oid) END AS bytes
    FROM pg_class WHERE oid = '${TABLE}'::regclass
    OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = '${TABLE}'::regclass)`,
  mysql: `SELECT index_name AS name, stat_value * @@innodb_page_size AS bytes FROM mysql.innodb_index_stats
    WHERE database_name = database() AND table_name = '${TABLE}' AND stat_name = 'size'`,
}

/** InnoDB keeps the rows in their primary key. */
const TABLES = [TABLE, 'PRIMARY']

const part = (row: Row) => ({ name: String(row.name ?? row.NAME), bytes: Number(row.bytes) })

/** What PostgreSQL and SQLite make for the primary key has names of their own. */
function shortName(name: string): string {
  if (/_pkey$|^sqlite_autoindex/.test(name)) return 'sid'
  return name.replace(`${TABLE}_`, '').replace(/_index$/, '')
}
