import type { Dialect, TestDatabase } from '../harness/databases.ts'

/** Rows made by the database itself, which is faster than sending them. */
export interface ManyRows {
  count: number
  /** SQL over `i`, which counts the rows from 0. */
  createdAt: string
  /** @defaultValue two hours after `now` */
  expiresAt?: string
  userId?: string
}

/** Fills the table with rows that no key opens, of 300 bytes each. */
export async function insertMany(database: TestDatabase, rows: ManyRows): Promise<void> {
  const { sid, data, text } = DIALECTS[database.dialect]
  const { count, createdAt, expiresAt = `${Date.now() + 7_200_000}` } = rows
  const userId = rows.userId ?? `concat('user-', ${text('i % 5000')})`
  await database.query(`INSERT INTO stored_sessions
    (sid, data, version, user_id, created_at, touched_at, expires_at, trim_at, key_id)
    SELECT ${sid}, ${data}, 1, ${userId}, ${createdAt}, ${createdAt}, ${expiresAt}, ${expiresAt}, 1
    FROM (${numbers(String(count - 1).length)}) AS n WHERE i < ${count}`)
  await database.query(DIALECTS[database.dialect].analyze)
}

/** Fills the table of events, a second between two events and 5,000 users. */
export async function insertManyEvents(database: TestDatabase, count: number, start: number): Promise<void> {
  const { sid, id, data, text, analyze } = DIALECTS[database.dialect]
  await database.query(`INSERT INTO stored_sessions_events (sid, id, kind, user_id, at, key_id, data)
    SELECT ${sid}, ${id}, CASE WHEN i % 2 = 0 THEN 'created' ELSE 'ended' END,
      concat('user-', ${text('i % 5000')}), ${start} + i * 1000, i % 3, ${data}
    FROM (${numbers(String(count - 1).length)}) AS n WHERE i < ${count}`)
  await database.query(analyze.replace('stored_sessions', 'stored_sessions_events'))
}

const DIALECTS: Record<Dialect, Record<'sid' | 'id' | 'data' | 'analyze', string> & { text(number: string): string }> =
  {
    sqlite: {
      sid: 'randomblob(32)',
      id: 'randomblob(16)',
      data: 'randomblob(300)',
      analyze: 'ANALYZE',
      text: (number) => number,
    },
    pg: {
      sid: 'sha256(random()::text::bytea)',
      id: `decode(md5(random()::text), 'hex')`,
      data: `decode(repeat('ab', 300), 'hex')`,
      analyze: 'VACUUM (ANALYZE) stored_sessions',
      text: (number) => `(${number})::text`,
    },
    mysql: {
      sid: 'random_bytes(32)',
      id: 'random_bytes(16)',
      data: 'random_bytes(300)',
      analyze: 'ANALYZE TABLE stored_sessions',
      text: (number) => number,
    },
  }

// No series is common to all; a list of ten digits for each place makes one.
function numbers(places: number): string {
  const all = Array.from({ length: places }, (_, place) => place)
  const list = Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS d`).join(' UNION ALL ')
  return `SELECT ${all.map((place) => `d${place}.d * ${10 ** place}`).join(' + ')} AS i
    FROM ${all.map((place) => `(${list}) AS d${place}`).join(' CROSS JOIN ')}`
}
