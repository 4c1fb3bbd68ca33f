import { type SQL, sql } from 'drizzle-orm'
import type { NewRow, RowReseal, RowTouch } from '../contract/session-database.ts'
import { CHANGE_KEYS } from '../sql/shared-update.ts'
import { sequence } from '../sql/sizes.ts'
import { columnKeys, columnNames, type SessionsTable, selectRow, value } from '../sql/statements.ts'

/**
 * An UPDATE of so many rows, each to its own content; it returns the keys of those that it changed. The rows are values
 * of their own: of lists, the planner does not know how short they are, and reads the whole of a small table.
 */
export function updateManyRows(table: SessionsTable, size: number): SQL {
  const { sid, data, version, userId, touchedAt, expiresAt, trimAt, endedAt, keyId, metadata, binding } =
    columnNames(table)
  const of = (name: SQL) => sql`${table}.${name}`
  const rows = sequence(size).map((index) => {
    const values = CHANGE_KEYS.map((key) => sql`${value(`${key}${index}`)}::${sql.raw(CHANGE_TYPES[key])}`)
    return sql`(${sql.join(values, sql`, `)})`
  })
  return sql`update ${table} set ${data} = t.data, ${version} = ${of(version)} + 1, ${userId} = t.user_id,
    ${touchedAt} = t.touched_at, ${expiresAt} = t.expires_at, ${trimAt} = t.trim_at, ${keyId} = t.key_id,
    ${metadata} = t.metadata, ${binding} = t.binding
    from (values ${sql.join(rows, sql`, `)})
      as t (sid, version, data, user_id, key_id, touched_at, expires_at, trim_at, now, metadata, binding)
    where ${of(sid)} = t.sid and ${of(version)} = t.version and ${of(endedAt)} is null and ${of(expiresAt)} > t.now
    returning ${of(sid)} as sid`
}

/** Seals many rows again, each in the version that it was read in; it returns the keys of those that it changed. */
export function resealManyRows(table: SessionsTable): SQL {
  const { sid, data, version, endedAt, keyId, metadata, binding } = columnNames(table)
  const of = (name: SQL) => sql`${table}.${name}`
  return sql`update ${table} set ${data} = t.data, ${version} = ${of(version)} + 1, ${keyId} = t.key_id,
    ${metadata} = ${bytesOrNull('metadata')}, ${binding} = ${bytesOrNull('binding')}
    from unnest(${value('sids')}::text::bytea[], ${value('versions')}::text::integer[],
      ${value('datas')}::text::bytea[], ${value('keyIds')}::text::bigint[],
      ${value('metadatas')}::text::bytea[], ${value('bindings')}::text::bytea[])
      as t (sid, version, data, key_id, metadata, binding)
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
    metadatas: byteas(reseals.map(({ metadata }) => metadata ?? NOTHING)),
    bindings: byteas(reseals.map(({ binding }) => binding ?? NOTHING)),
  }
}

/** Rows that one statement inserts at most: their content travels as text, which takes twice its bytes. */
export const LARGEST_INSERT = 256

const TYPES = {
  sid: 'bytea',
  data: 'bytea',
  version: 'integer',
  userId: 'text',
  createdAt: 'bigint',
  touchedAt: 'bigint',
  expiresAt: 'bigint',
  trimAt: 'bigint',
  endedAt: 'bigint',
  endReason: 'text',
  keyId: 'bigint',
  metadata: 'bytea',
  binding: 'bytea',
} as const satisfies Record<(typeof columnKeys)[number], string>

const NULLABLE: ReadonlySet<string> = new Set(['userId', 'endedAt', 'endReason', 'keyId'] satisfies (keyof NewRow)[])

/** Columns of bytes that may be null: no bytes stand for null. */
const NULLABLE_BYTES: ReadonlySet<string> = new Set(['metadata', 'binding'] satisfies (keyof NewRow)[])

const CHANGE_TYPES = { ...TYPES, now: 'bigint' } as const

/** An INSERT of many rows that leaves those alone that are there; it returns the keys of those that were not. */
export function insertManyRows(table: SessionsTable): SQL {
  const names = columnNames(table)
  const columns = columnKeys.map((key) => names[key])
  const lists = columnKeys.map((key) => sql`${value(key)}::text::${sql.raw(NULLABLE.has(key) ? 'text' : TYPES[key])}[]`)
  const items = columnKeys.map((key) => {
    const item = sql`t.${sql.identifier(key)}`
    if (NULLABLE_BYTES.has(key)) return sql`nullif(${item}, ''::bytea)`
    return NULLABLE.has(key) ? sql`${textOrNull(item)}::${sql.raw(TYPES[key])}` : item
  })
  const aliases = columnKeys.map((key) => sql.identifier(key))
  return sql`insert into ${table} (${sql.join(columns, sql`, `)}) select ${sql.join(items, sql`, `)}
    from unnest(${sql.join(lists, sql`, `)}) as t (${sql.join(aliases, sql`, `)})
    on conflict do nothing returning ${names.sid} as sid`
}

/** The parameters of {@link insertManyRows}. */
export function insertManyValues(rows: readonly NewRow[]): Record<string, string> {
  const lists = columnKeys.map((key) => [
    key,
    listOf(
      key,
      rows.map((row) => row[key]),
    ),
  ])
  return Object.fromEntries(lists)
}

function listOf(key: string, list: readonly (Buffer | string | number | null)[]): string {
  if (NULLABLE_BYTES.has(key)) return byteas(list.map((one) => (one as Buffer | null) ?? NOTHING))
  if (Buffer.isBuffer(list[0])) return byteas(list as Buffer[])
  if (!NULLABLE.has(key)) return numbers(list as number[])
  return texts(list.map((one) => (one === null ? null : String(one))))
}

/*
 * Lists travel as one text parameter each, cast on the server: drivers disagree on how to send an array of bytes, and
 * all of them can send text.
 */

/** A list of bytes, for `::text::bytea[]`. */
export const byteas = (list: readonly Buffer[]) => `{${list.map((one) => `"\\\\x${one.toString('hex')}"`).join(',')}}`

const NOTHING = Buffer.alloc(0)

/** Bytes of such a list, where null is no bytes. */
const bytesOrNull = (name: string) => sql`nullif(t.${sql.identifier(name)}, ''::bytea)`

/** A list of numbers, for `::text::bigint[]` and the like. */
const numbers = (list: readonly number[]) => `{${list.join(',')}}`

/**
 * A list of texts or nothing, for `::text::text[]`. Nothing is an empty text, and a text has a mark before it: with
 * `array_nulls` off, NULL in a list is the text "NULL".
 */
const texts = (list: readonly (string | null)[]) =>
  `{${list.map((one) => `"${one === null ? '' : `+${one.replaceAll(/["\\]/g, '\\$&')}`}"`).join(',')}}`

/** An item of such a list. */
const textOrNull = (item: SQL) => sql`substr(nullif(${item}, ''), 2)`

/** A SELECT of the rows of many keys. */
export function readManyRows(table: SessionsTable): SQL {
  return sql`${selectRow(table)} where ${columnNames(table).sid} = any(${value('sids')}::text::bytea[])`
}

/** An UPDATE of the last use of many rows. */
export function touchManyRows(table: SessionsTable): SQL {
  const { sid, version, touchedAt, expiresAt, trimAt, endedAt, metadata } = columnNames(table)
  const of = (name: SQL) => sql`${table}.${name}`
  return sql`update ${table} set ${touchedAt} = t.touched_at, ${expiresAt} = t.expires_at, ${trimAt} = t.trim_at,
    ${metadata} = ${bytesOrNull('metadata')}
    from unnest(${value('sids')}::text::bytea[], ${value('versions')}::text::integer[],
      ${value('touchedAts')}::text::bigint[], ${value('expiresAts')}::text::bigint[],
      ${value('trimAts')}::text::bigint[], ${value('metadatas')}::text::bytea[])
      as t (sid, version, touched_at, expires_at, trim_at, metadata)
    where ${of(sid)} = t.sid and ${of(version)} = t.version and ${of(endedAt)} is null
      and ${of(expiresAt)} > t.touched_at and ${of(touchedAt)} < t.touched_at`
}

/** The parameters of {@link touchManyRows}. */
export function touchManyValues(touches: readonly RowTouch[]) {
  return {
    sids: byteas(touches.map(({ sid }) => sid)),
    versions: numbers(touches.map(({ version }) => version)),
    touchedAts: numbers(touches.map(({ touchedAt }) => touchedAt)),
    expiresAts: numbers(touches.map(({ expiresAt }) => expiresAt)),
    trimAts: numbers(touches.map(({ trimAt }) => trimAt)),
    metadatas: byteas(touches.map(({ metadata }) => metadata ?? NOTHING)),
  }
}
