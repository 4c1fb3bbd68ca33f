import type { SourceName } from '../../src/importing/sources.ts'
import type { Dialect, TestDatabase } from '../harness/databases.ts'

/** A store that has its table in a database of this kind, with the columns that it makes. */
export const tableStores: Record<Dialect, { name: SourceName; table: string; columns: string }> = {
  pg: {
    name: 'connect-pg-simple',
    table: 'session',
    columns: 'sid varchar primary key, sess json, expire timestamp(6)',
  },
  mysql: {
    name: 'express-mysql-session',
    table: 'sessions',
    columns: 'session_id varchar(128) collate utf8mb4_bin primary key, expires int unsigned, data mediumtext',
  },
  sqlite: {
    name: 'better-sqlite3-session-store',
    table: 'sessions',
    columns: 'sid text primary key, sess text, expire text',
  },
}

/** What a session of another store holds, beside what each row has of its own. */
export const otherContent = { cookie: { originalMaxAge: null, httpOnly: true, path: '/' }, roles: ['reader', 'writer'] }

/** Makes the table of another store, with so many sessions, in the database itself, which is faster than sending them. */
export async function fillOtherStore({ dialect, query }: TestDatabase, count: number, bytes = 20): Promise<void> {
  const { table, columns } = tableStores[dialect]
  await query(`create table if not exists ${table} (${columns})`)
  await query(ROWS[dialect](table, count, `${JSON.stringify(otherContent).slice(0, -1)},"n":`, bytes))
}

/** The id of the n-th of these sessions. */
export const otherId = (n: number) => `session-of-another-store-${String(n).padStart(7, '0')}`

const PREFIX = otherId(0).slice(0, -7)

const ROWS: Record<Dialect, (table: string, count: number, content: string, bytes: number) => string> = {
  pg: (table, count, content, bytes) => `insert into ${table} (sid, sess, expire)
    select '${PREFIX}' || lpad(n::text, 7, '0'), ('${content}' || n || ',"text":"' || repeat('x', ${bytes}) || '"}')::json,
      now() + interval '1 day' from generate_series(0, ${count - 1}) as n`,
  mysql: (table, count, content, bytes) => `insert into ${table} (session_id, data, expires)
    select concat('${PREFIX}', lpad(n, 7, '0')), concat('${content}', n, ',"text":"', repeat('x', ${bytes}), '"}'),
      unix_timestamp() + 86400 from (${numbers(String(count - 1).length)}) as numbers where n < ${count}`,
  sqlite: (table, count, content, bytes) => `with recursive numbers (n) as
      (select 0 union all select n + 1 from numbers where n + 1 < ${count})
    insert into ${table} (sid, sess, expire)
    select '${PREFIX}' || printf('%07d', n), '${content}' || n || ',"text":"' || printf('%.*c', ${bytes}, 'x') || '"}',
      strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 day') from numbers`,
}

// MySQL ends recursions after a thousand steps; a list of ten digits for each place does not recur.
function numbers(digitsOf: number): string {
  const digits = Array.from({ length: 10 }, (_, digit) => `select ${digit} as d`).join(' union all ')
  const places = Array.from({ length: digitsOf }, (_, place) => place)
  return `select ${places.map((place) => `d${place}.d * ${10 ** place}`).join(' + ')} as n
    from ${places.map((place) => `(${digits}) as d${place}`).join(' cross join ')}`
}
