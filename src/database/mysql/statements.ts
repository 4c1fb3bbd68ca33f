import { type SQL, sql } from 'drizzle-orm'
import { CHANGE_KEYS } from '../sql/shared-update.ts'
import { sequence } from '../sql/sizes.ts'
import { columnKeys, columnNames, type SessionsTable, selectRow, value } from '../sql/statements.ts'

/** An INSERT of so many rows: all of them, or none when one is there already. */
export function insertManyRows(table: SessionsTable, size: number): SQL {
  const names = columnNames(table)
  const columns = columnKeys.map((key) => names[key])
  const rows = sequence(size).map((index) => {
    const values = columnKeys.map((key) => value(`${key}${index}`))
    return sql`(${sql.join(values, sql`, `)})`
  })
  return sql`insert into ${table} (${sql.join(columns, sql`, `)}) values ${sql.join(rows, sql`, `)}`
}

const CHANGE_NAMES = {
  sid: 'sid',
  version: 'version',
  data: 'data',
  userId: 'user_id',
  keyId: 'key_id',
  touchedAt: 'touched_at',
  expiresAt: 'expires_at',
  trimAt: 'trim_at',
  now: 'now_at',
  metadata: 'metadata',
  binding: 'binding',
} as const satisfies Record<(typeof CHANGE_KEYS)[number], string>

function cast(key: string, item: SQL): SQL {
  if (key === 'sid') return sql`cast(${item} as binary(32))`
  return key === 'data' || key === 'metadata' || key === 'binding' ? sql`cast(${item} as binary)` : item
}

/** An UPDATE of so many rows, each to its own content. */
export function updateManyRows(table: SessionsTable, size: number): SQL {
  const { sid, data, version, userId, touchedAt, expiresAt, trimAt, endedAt, keyId, metadata, binding } =
    columnNames(table)
  const rows = sequence(size).map((index) => {
    const values = CHANGE_KEYS.map((key) => sql`${cast(key, value(`${key}${index}`))} as ${sql.raw(CHANGE_NAMES[key])}`)
    return sql`select ${sql.join(values, sql`, `)}`
  })
  const of = (name: SQL) => sql`${table}.${name}`
  return sql`update ${table} join (${sql.join(rows, sql` union all `)}) as t on ${of(sid)} = t.sid
    set ${of(data)} = t.data, ${of(version)} = ${of(version)} + 1, ${of(userId)} = t.user_id,
      ${of(keyId)} = t.key_id, ${of(touchedAt)} = t.touched_at, ${of(expiresAt)} = t.expires_at,
      ${of(trimAt)} = t.trim_at, ${of(metadata)} = t.metadata,
      ${of(binding)} = t.binding
    where ${of(version)} = t.version and ${of(endedAt)} is null and ${of(expiresAt)} > t.now_at`
}

/** Seals so many rows again, each in the version that it was read in. */
export function resealManyRows(table: SessionsTable, size: number): SQL {
  const { sid, data, version, endedAt, keyId, metadata, binding } = columnNames(table)
  const rows = sequence(size).map(
    (index) => sql`select cast(${value(`sid${index}`)} as binary(32)) as sid, ${value(`version${index}`)} as version,
      cast(${value(`data${index}`)} as binary) as data, ${value(`keyId${index}`)} as key_id,
      cast(${value(`metadata${index}`)} as binary) as metadata, cast(${value(`binding${index}`)} as binary) as binding`,
  )
  const of = (name: SQL) => sql`${table}.${name}`
  return sql`update ${table} join (${sql.join(rows, sql` union all `)}) as t on ${of(sid)} = t.sid
    set ${of(data)} = t.data, ${of(version)} = ${of(version)} + 1, ${of(keyId)} = t.key_id,
      ${of(metadata)} = t.metadata, ${of(binding)} = t.binding
    where ${of(version)} = t.version and (${of(endedAt)} is null or ${of(keyId)} is not null)`
}

/** A SELECT of the rows of so many keys. */
export function readRows(table: SessionsTable, size: number): SQL {
  const keys = sequence(size).map((index) => value(`sid${index}`))
  return sql`${selectRow(table)} where ${columnNames(table).sid} in (${sql.join(keys, sql`, `)})`
}

/** An UPDATE of the last use of so many rows. */
export function touchRows(table: SessionsTable, size: number): SQL {
  const { sid, version, touchedAt, expiresAt, trimAt, endedAt, metadata } = columnNames(table)
  const rows = sequence(size).map(
    (index) => sql`select cast(${value(`sid${index}`)} as binary(32)) as sid, ${value(`version${index}`)} as version,
      ${value(`touchedAt${index}`)} as touched_at, ${value(`expiresAt${index}`)} as expires_at,
      ${value(`trimAt${index}`)} as trim_at, cast(${value(`metadata${index}`)} as binary) as metadata`,
  )
  const of = (name: SQL) => sql`${table}.${name}`
  return sql`update ${table} join (${sql.join(rows, sql` union all `)}) as t on ${of(sid)} = t.sid
    set ${of(touchedAt)} = t.touched_at, ${of(expiresAt)} = t.expires_at, ${of(trimAt)} = t.trim_at,
      ${of(metadata)} = t.metadata
    where ${of(version)} = t.version and ${of(endedAt)} is null and ${of(expiresAt)} > t.touched_at
      and ${of(touchedAt)} < t.touched_at`
}
