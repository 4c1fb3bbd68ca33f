import { type SQL, sql } from 'drizzle-orm'
import type { SessionsTable } from '../statement.ts'
import { columnNames, value } from '../statements.ts'
import { sequence } from './sizes.ts'

/** An UPDATE of so many rows, each to its own content. */
export function updateManyRows(table: SessionsTable, size: number): SQL {
  const { sid, data, version, userId, touchedAt, expiresAt, trimAt, endedAt, keyId } = columnNames(table)
  const rows = sequence(size).map(
    (index) => sql`select cast(${value(`sid${index}`)} as binary(32)) as sid, ${value(`version${index}`)} as version,
      cast(${value(`data${index}`)} as binary) as data, ${value(`userId${index}`)} as user_id,
      ${value(`keyId${index}`)} as key_id, ${value(`touchedAt${index}`)} as touched_at,
      ${value(`expiresAt${index}`)} as expires_at, ${value(`trimAt${index}`)} as trim_at,
      ${value(`now${index}`)} as now_at`,
  )
  const of = (name: SQL) => sql`${table}.${name}`
  return sql`update ${table} join (${sql.join(rows, sql` union all `)}) as t on ${of(sid)} = t.sid
    set ${of(data)} = t.data, ${of(version)} = ${of(version)} + 1, ${of(userId)} = t.user_id,
      ${of(keyId)} = t.key_id, ${of(touchedAt)} = t.touched_at, ${of(expiresAt)} = t.expires_at,
      ${of(trimAt)} = t.trim_at
    where ${of(version)} = t.version and ${of(endedAt)} is null and ${of(expiresAt)} > t.now_at`
}

/** Seals so many rows again, each in the version that it was read in. */
export function resealManyRows(table: SessionsTable, size: number): SQL {
  const { sid, data, version, endedAt, keyId } = columnNames(table)
  const rows = sequence(size).map(
    (index) => sql`select cast(${value(`sid${index}`)} as binary(32)) as sid, ${value(`version${index}`)} as version,
      cast(${value(`data${index}`)} as binary) as data, ${value(`keyId${index}`)} as key_id`,
  )
  const of = (name: SQL) => sql`${table}.${name}`
  return sql`update ${table} join (${sql.join(rows, sql` union all `)}) as t on ${of(sid)} = t.sid
    set ${of(data)} = t.data, ${of(version)} = ${of(version)} + 1, ${of(keyId)} = t.key_id
    where ${of(version)} = t.version and (${of(endedAt)} is null or ${of(keyId)} is not null)`
}
