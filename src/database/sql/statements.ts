import { type Column, is, Placeholder, type SQL, sql, type Table } from 'drizzle-orm'
import type { StoredEndReason } from '../contract/session-row.ts'

/** The statements whose text is the same on every database except for quotes and placeholders. */
interface SessionStatements {
  readonly readOne: Statement
  readonly insert: Statement
  readonly update: Statement
  readonly touchOne: Statement
  readonly end: Statement
  readonly replace: Statement
  readonly endUser: Statement
  readonly check: Statement
  readonly probe: Statement
  readonly remove: Statement
  readonly countByKey: Statement
  readonly reseal: Statement
}

/** Builds the statements of a table once, when the store opens. */
export function sessionStatements(compile: Compile, table: SessionsTable): SessionStatements {
  const { sid, version, expiresAt, touchedAt, trimAt, endedAt, endReason, data, userId, keyId, metadata, binding } =
    columnNames(table)
  const setMetadata = sql`${metadata} = ${value('metadata')}`
  const setBinding = sql`${binding} = ${value('binding')}`
  const alive = sql`${endedAt} is null and ${expiresAt} >`
  return {
    readOne: compile(sql`${selectRow(table)} where ${sid} = ${value('sid')}`),
    insert: compile(insertRow(table)),
    update: compile(sql`update ${table} set ${data} = ${value('data')}, ${version} = ${version} + 1,
      ${userId} = ${value('userId')}, ${touchedAt} = ${value('touchedAt')}, ${expiresAt} = ${value('expiresAt')},
      ${trimAt} = ${value('trimAt')}, ${keyId} = ${value('keyId')}, ${setMetadata}, ${setBinding}
      where ${sid} = ${value('sid')} and ${version} = ${value('version')} and ${alive} ${value('now')}`),
    touchOne: compile(sql`update ${table} set ${touchedAt} = ${value('touchedAt')},
      ${expiresAt} = ${value('expiresAt')}, ${trimAt} = ${value('trimAt')}, ${setMetadata}
      where ${sid} = ${value('sid')} and ${version} = ${value('version')} and ${alive} ${value('touchedAt')}
      and ${touchedAt} < ${value('touchedAt')}`),
    end: compile(sql`${endRows(table)} where ${sid} = ${value('sid')} and ${isUnended(table)}`),
    replace: compile(sql`update ${table} set ${data} = ${value('data')}, ${version} = ${version} + 1,
      ${userId} = ${value('userId')}, ${keyId} = ${value('keyId')}, ${trimAt} = ${value('trimAt')},
      ${endReason} = ${value('endReason')}, ${endedAt} = ${value('endedAt')}, ${setMetadata},
      ${setBinding} where ${sid} = ${value('sid')} and ${version} = ${value('version')} and (${alive} ${value('now')}
      or ${endedAt} is not null and (${endReason} is null or ${endReason} = ${ROTATING}))`),
    endUser: compile(sql`${endRows(table)} where ${isUser(table)} and ${isUnended(table)}`),
    probe: compile(sql`update ${table} set ${version} = ${version} where ${sid} = ${value('sid')}`),
    remove: compile(sql`delete from ${table} where ${sid} = ${value('sid')}`),
    check: compile(sql`${selectRow(table)} where 1 = 0 and ${userId} = '' and ${trimAt} = 0 and ${endReason} = ''
      and ${keyId} = 0 and ${metadata} is null and ${binding} is null`),
    countByKey: compile(sql`select ${keyId} as ${sql.identifier('keyId')}, count(*) as ${sql.identifier('rowCount')}
      from ${table} where ${keyId} is not null group by ${keyId}
      union all select null, count(*) from ${table} where ${keyId} is null and ${endedAt} is null`),
    reseal: compile(sql`update ${table} set ${data} = ${value('data')}, ${version} = ${version} + 1,
      ${keyId} = ${value('keyId')}, ${setMetadata}, ${setBinding}
      where ${sid} = ${value('sid')} and ${version} = ${value('version')} and ${isSealable(table)}`),
  }
}

/** The parameters of a probe. No session has this key, which is a hash of only zeros. */
export const NOBODY = { sid: Buffer.alloc(32) }

const ROTATING = sql.raw(`'${'rotating' satisfies StoredEndReason}'`)

/** Whether a row was not ended: a session, or the next row of a session whose id is rotating. */
export function isUnended(table: SessionsTable): SQL {
  const { endedAt, endReason } = columnNames(table)
  return sql`(${endedAt} is null or ${endReason} = ${ROTATING})`
}

/** Whether a row holds content that is or should be sealed: tombstones name no key. */
export function isSealable(table: SessionsTable): SQL {
  const { endedAt, keyId } = columnNames(table)
  return sql`(${endedAt} is null or ${keyId} is not null)`
}

/** `select … from table`, with the columns under the names of {@link SessionRow}, and another one as `place`. */
export function selectRow(table: SessionsTable, place?: SQL): SQL {
  const names = columnNames(table)
  const selected = ROW_KEYS.map((key) => sql`${names[key]} as ${sql.identifier(key)}`)
  if (place) selected.push(sql`${place} as place`)
  return sql`select ${sql.join(selected, sql`, `)} from ${table}`
}

/** `insert into table (…) values (…)`, for a {@link NewRow}. */
export function insertRow(table: SessionsTable): SQL {
  const names = columnNames(table)
  const columns = columnKeys.map((key) => names[key])
  const values = columnKeys.map((key) => value(key))
  return sql`insert into ${table} (${sql.join(columns, sql`, `)}) values (${sql.join(values, sql`, `)})`
}

/** Rows that another key sealed, after a given key. MySQL accepts no parameter as the limit, so it is in the text. */
export function sealedByOthers(table: SessionsTable, limit: number): SQL {
  const { sid, keyId } = columnNames(table)
  return sql`${selectRow(table)} where ${sid} > ${value('after')} and ${isSealable(table)}
    and (${keyId} is null or ${keyId} <> ${value('keyId')}) order by ${sid} limit ${sql.raw(String(Math.trunc(limit)))}`
}

/** Builds a statement once for each limit. */
export function byLimit(build: (limit: number) => Statement): (limit: number) => Statement {
  const built = new Map<number, Statement>()
  return (limit) => {
    const statement = built.get(limit) ?? build(limit)
    built.set(limit, statement)
    return statement
  }
}

/** A parameter, by name. */
export const value = (name: string) => sql`${sql.placeholder(name)}`

/** The columns as an UPDATE names them: quoted, and without their table. */
export function columnNames(table: SessionsTable): Record<(typeof columnKeys)[number], SQL> {
  const quoted = (column: Column) => sql`${sql.identifier(column.name)}`
  return Object.fromEntries(columnKeys.map((key) => [key, quoted(table[key])])) as ReturnType<typeof columnNames>
}

const ROW_KEYS = [
  'sid',
  'data',
  'version',
  'createdAt',
  'touchedAt',
  'expiresAt',
  'endedAt',
  'endReason',
  'metadata',
  'binding',
] as const

/** Whether a row has the user of the parameter `userId`. */
export function isUser(table: SessionsTable): SQL {
  return sql`${columnNames(table).userId} = ${value('userId')}`
}

/** `update table set …` with the values that turn rows into tombstones. */
export function endRows(table: SessionsTable): SQL {
  const { data, version, userId, trimAt, endedAt, endReason, keyId, metadata, binding } = columnNames(table)
  return sql`update ${table} set ${data} = ${value('data')}, ${version} = ${version} + 1, ${userId} = null,
    ${keyId} = null, ${metadata} = null, ${binding} = ${value('binding')},
    ${trimAt} = ${value('trimAt')}, ${endReason} = ${value('endReason')}, ${endedAt} = ${value('endedAt')}`
}

/** SQL that was built once, with the names of its parameters in order. */
export interface Statement {
  readonly text: string
  readonly names: readonly string[]
}

/** The sessions table as the statements need it: a Drizzle table with our columns under our property names. */
export type SessionsTable = Table & Record<(typeof columnKeys)[number], Column>

/** The property names of our columns. Each table chooses its own column names in the database. */
export const columnKeys = [
  'sid',
  'data',
  'version',
  'userId',
  'createdAt',
  'touchedAt',
  'expiresAt',
  'trimAt',
  'endedAt',
  'endReason',
  'keyId',
  'metadata',
  'binding',
] as const

/** Converts Drizzle's SQL to text for one dialect. */
export type Compile = (query: SQL) => Statement

/** Creates a {@link Compile} from a dialect of drizzle-orm. */
export function compiler(dialect: { sqlToQuery(query: SQL): { sql: string; params: unknown[] } }): Compile {
  return (query) => {
    const { sql, params } = dialect.sqlToQuery(query)
    return { text: sql, names: params.map(placeholderName) }
  }
}

/** The values of a statement's parameters, in order. Drivers refuse undefined. */
export function valuesFor(statement: Statement, values: object): unknown[] {
  return statement.names.map((name) => (values as Record<string, unknown>)[name] ?? null)
}

function placeholderName(param: unknown): string {
  if (is(param, Placeholder)) return param.name
  throw new TypeError('a statement has a literal parameter; use a placeholder')
}
