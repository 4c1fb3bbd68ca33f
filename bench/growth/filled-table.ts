/** A sessions table of a given size: mostly rows that nobody opens, and among them the sessions that are measured. */
import type { StoredSessionStore } from '../../src/index.ts'
import type { Dialect, TestDatabase } from '../../test/harness/test-database.ts'
import { progressOf } from './progress.ts'
import { openStore, PROBE, saveProbe } from './sessions.ts'

export interface FilledTable {
  readonly rows: number
  readonly database: TestDatabase
  readonly store: StoredSessionStore
  /** The ids of the sessions that are measured. */
  readonly ids: string[]
}

const PROBES = 2_000
const LARGEST_BATCH = 50_000
const FEWEST_BATCHES = 20
const HOUR_MS = 3_600_000
/** How far ahead the last of the rows may be deleted. */
const HOURS = 720
/** Parts of the keys that one statement marks. */
const MARKING_STEPS = 32

/** Fills a database of its own with so many rows. The probes are spread over the whole of the filling. */
export async function fillTable(database: TestDatabase, rows: number): Promise<FilledTable> {
  const store = await openStore(database.url)
  const ids = [await saveProbe(store, 0)]
  const [probe] = await database.query('SELECT max(key_id) AS id FROM stored_sessions')
  const fillers = Math.max(0, rows - PROBES)
  const batches = Math.max(FEWEST_BATCHES, Math.ceil(fillers / LARGEST_BATCH))
  const progress = progressOf(`${database.name}, filling ${rows.toLocaleString('en')} rows`)
  for (let batch = 0; batch < batches; batch++) {
    const [from, to] = [batch, batch + 1].map((part) => Math.round((fillers * part) / batches)) as [number, number]
    if (to > from) await database.query(insertRows(database.dialect, from, to, fillers, Number(probe?.id)))
    while (ids.length < (PROBES * (batch + 1)) / batches) ids.push(await saveProbe(store, ids.length))
    progress(to.toLocaleString('en'))
  }
  await settle(database)
  return { rows, database, store, ids }
}

/** What a database does by itself sooner or later, done before anything is measured. */
async function settle({ dialect, query }: TestDatabase): Promise<void> {
  const statements = {
    sqlite: ['ANALYZE', 'PRAGMA wal_checkpoint(TRUNCATE)'],
    pg: ['VACUUM (ANALYZE) stored_sessions', 'CHECKPOINT'],
    mysql: ['ANALYZE TABLE stored_sessions'],
  }
  for (const statement of statements[dialect]) await query(statement)
}

/** Makes about so many rows deletable, picked evenly from everywhere, and says how many. */
export async function makeDue({ database, rows }: FilledTable, count: number): Promise<number> {
  const { name, dialect, query } = database
  const progress = progressOf(`${name}, marking rows as due`)
  const bound = bytes(dialect, Math.round(Math.min(1, count / Math.max(1, rows - PROBES)) * 0xffff), 2)
  const due = dueAt()
  for (let step = 0; step < MARKING_STEPS; step++) {
    const [from, to] = [step, step + 1].map((part) => (part * 256) / MARKING_STEPS) as [number, number]
    const end = to < 256 ? `AND sid < ${bytes(dialect, to, 1)}` : ''
    await query(`UPDATE stored_sessions SET trim_at = ${due}, expires_at = ${due - HOUR_MS}
      WHERE sid >= ${bytes(dialect, from, 1)} ${end} AND ${lastBytes[dialect]} < ${bound}
      AND user_id NOT LIKE '${PROBE}%'`)
    progress(`${step + 1} of ${MARKING_STEPS} parts`)
  }
  await settle(database)
  const [marked] = await query(`SELECT count(*) AS n FROM stored_sessions WHERE trim_at <= ${due}`)
  return Number(marked?.n)
}

const dueAt = () => Math.floor(Date.now() / HOUR_MS) * HOUR_MS

const lastBytes: Record<Dialect, string> = {
  sqlite: 'substr(sid, 31)',
  pg: 'substring(sid from 31)',
  mysql: 'right(sid, 2)',
}

function bytes(dialect: Dialect, value: number, length: number): string {
  const hex = value.toString(16).padStart(2 * length, '0')
  return dialect === 'pg' ? `'\\x${hex}'::bytea` : `x'${hex}'`
}

/** What the dialects call differently in the rows that fill the table; `i` counts them. */
interface RowSource {
  /** 32 bytes: the first four ascend over all rows, so that pages fill up instead of splitting. */
  sid(total: number): string
  /** 300 bytes. */
  data: string
  user: string
  numbers(from: number, to: number): string
}

const sources: Record<Dialect, RowSource> = {
  sqlite: {
    sid: (total) => `unhex(printf('%08x', i * 4294967296 / ${total}) || hex(randomblob(28)))`,
    data: 'randomblob(300)',
    user: `'user-' || (i - i % 2)`,
    numbers: (from, to) =>
      `(WITH RECURSIVE n (i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${to}) SELECT i FROM n)`,
  },
  pg: {
    sid: (total) => `decode(lpad(to_hex(i * 4294967296 / ${total}), 8, '0'), 'hex')
      || substring(sha256(i::text::bytea) from 1 for 28)`,
    data: `substring(${digits(10, (digit) => `sha256((i || '-${digit}')::bytea)`).join(' || ')} from 1 for 300)`,
    user: `'user-' || (i - i % 2)`,
    numbers: (from, to) => `generate_series(${from}::bigint, ${to - 1}) AS n (i)`,
  },
  mysql: {
    sid: (total) => `concat(unhex(lpad(hex(i * 4294967296 DIV ${total}), 8, '0')), random_bytes(28))`,
    data: 'random_bytes(300)',
    user: `concat('user-', i - i % 2)`,
    numbers: (from, to) => `(${mysqlNumbers(from, String(to - from).length)}) AS n WHERE i < ${to} ORDER BY i`,
  },
}

// MySQL and MariaDB have no series in common; a list of ten digits for each place makes one on both.
function mysqlNumbers(from: number, places: number): string {
  const list = digits(10, (digit) => `SELECT ${digit} AS d`).join(' UNION ALL ')
  const lists = digits(places, (place) => `(${list}) AS d${place}`).join(' CROSS JOIN ')
  return `SELECT ${from} + ${digits(places, (place) => `d${place}.d * ${10 ** place}`).join(' + ')} AS i FROM ${lists}`
}

function digits(count: number, write: (digit: number) => string): string[] {
  return Array.from({ length: count }, (_, digit) => write(digit))
}

function insertRows(dialect: Dialect, from: number, to: number, total: number, keyId: number): string {
  const { sid, data, user, numbers } = sources[dialect]
  const now = Date.now()
  // Not before a day has passed, and spread over the hours without being in the order of the keys.
  const trimAt = `${dueAt() + 24 * HOUR_MS} + (i * 7919) % ${HOURS} * ${HOUR_MS}`
  return `INSERT INTO stored_sessions
    (sid, data, version, user_id, created_at, touched_at, expires_at, trim_at, key_id)
    SELECT ${sid(total)}, ${data}, 1, ${user}, ${now}, ${now}, ${trimAt} - ${HOUR_MS}, ${trimAt}, ${keyId}
    FROM ${numbers(from, to)}`
}
