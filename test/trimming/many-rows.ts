import type { Dialect, TestDatabase } from '../harness/databases.ts'

const HOUR_MS = 3_600_000

/** A different key for each number. */
const KEY: Record<Dialect, string> = {
  pg: `sha256(convert_to((i * 10 + k)::text, 'utf8'))`,
  mysql: 'unhex(sha2(i * 10 + k, 256))',
  sqlite: 'randomblob(32)',
}
const EMPTY: Record<Dialect, string> = { pg: `'\\x'`, mysql: `''`, sqlite: `x''` }

/** Adds 10,000 rows, of which one in ten may be deleted, and has the database look at them. */
export async function addManyRows({ dialect, query }: TestDatabase): Promise<void> {
  const now = Date.now()
  const tens = Array.from({ length: 10 }, (_, k) => `SELECT ${k} AS k`).join(' UNION ALL ')
  await query(`
    INSERT INTO stored_sessions (sid, data, version, created_at, touched_at, expires_at, trim_at)
    WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < 1000)
    SELECT ${KEY[dialect]}, ${EMPTY[dialect]}, 1, ${now}, ${now}, ${now} + (k - 0.5) * ${HOUR_MS}, ${now} + (k - 0.5) * ${HOUR_MS}
    FROM numbers, (${tens}) AS tens`)
  await query({ pg: 'VACUUM ANALYZE', mysql: 'ANALYZE TABLE stored_sessions', sqlite: 'ANALYZE' }[dialect])
}
