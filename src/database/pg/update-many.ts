import { type SQL, sql } from 'drizzle-orm'
import type { RowChange, RowReseal } from '../session-database.ts'
import type { SessionsTable } from '../statement.ts'
import { columnNames, value } from '../statements.ts'
import { byteas, numbers, texts } from './arrays.ts'

/** An UPDATE of many rows, each to its own content; it returns the keys of those that it changed. */
export function updateManyRows(table: SessionsTable): SQL {
  const { sid, data, version, userId, touchedAt, expiresAt, trimAt, endedAt, keyId } = columnNames(table)
  const of = (name: SQL) => sql`${table}.${name}`
  return sql`update ${table} set ${data} = t.data, ${version} = ${of(version)} + 1, ${userId} = t.user_id,
    ${touchedAt} = t.touched_at, ${expiresAt} = t.expires_at, ${trimAt} = t.trim_at, ${keyId} = t.key_id
    from unnest(${value('sids')}::text::bytea[], ${value('versions')}::text::integer[],
      ${value('datas')}::text::bytea[], ${value('userIds')}::text::text[], ${value('keyIds')}::text::bigint[],
      ${value('touchedAts')}::text::bigint[], ${value('expiresAts')}::text::bigint[],
      ${value('trimAts')}::text::bigint[], ${value('nows')}::text::bigint[])
      as t (sid, version, data, user_id, key_id, touched_at, expires_at, trim_at, now)
    where ${of(sid)} = t.sid and ${of(version)} = t.version and ${of(endedAt)} is null and ${of(expiresAt)} > t.now
    returning ${of(sid)} as sid`
}

/** The parameters of {@link updateManyRows}. */
export function updateManyValues(changes: readonly RowChange[]) {
  return {
    sids: byteas(changes.map(({ sid }) => sid)),
    versions: numbers(changes.map(({ version }) => version)),
    datas: byteas(changes.map(({ data }) => data)),
    userIds: texts(changes.map(({ userId }) => userId)),
    keyIds: numbers(changes.map(({ keyId }) => keyId)),
    touchedAts: numbers(changes.map(({ touchedAt }) => touchedAt)),
    expiresAts: numbers(changes.map(({ expiresAt }) => expiresAt)),
    trimAts: numbers(changes.map(({ trimAt }) => trimAt)),
    nows: numbers(changes.map(({ now }) => now)),
  }
}

/** Seals many rows again, each in the version that it was read in; it returns the keys of those that it changed. */
export function resealManyRows(table: SessionsTable): SQL {
  const { sid, data, version, endedAt, keyId } = columnNames(table)
  const of = (name: SQL) => sql`${table}.${name}`
  return sql`update ${table} set ${data} = t.data, ${version} = ${of(version)} + 1, ${keyId} = t.key_id
    from unnest(${value('sids')}::text::bytea[], ${value('versions')}::text::integer[],
      ${value('datas')}::text::bytea[], ${value('keyIds')}::text::bigint[]) as t (sid, version, data, key_id)
    where ${of(sid)} = t.sid and ${of(version)} = t.version and (${of(endedAt)} is null or ${of(keyId)} is not null)
    returning ${of(sid)} as sid`
}

/** The parameters of {@link resealManyRows}. */
export function resealManyValues(reseals: readonly RowReseal[]) {
  return {
    sids: byteas(reseals.map(({ sid }) => sid)),
    versions: numbers(reseals.map(({ version }) => version)),
    datas: byteas(reseals.map(({ data }) => data)),
    keyIds: numbers(reseals.map(({ keyId }) => keyId)),
  }
}
