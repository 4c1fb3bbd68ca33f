import { type Drift, filled, losesRows } from '../findings/drift.ts'
import type { ActualColumn, ActualTable, ExpectedColumn, ExpectedIndex, ExpectedTable } from '../findings/tables.ts'
import { doubleQuoted } from '../findings/tables.ts'
import { quotedTable } from './catalog.ts'

/** Creates a table of SQLite. */
export function createSqliteTable(table: ExpectedTable): string[] {
  return [createTable(table, []), ...table.indexes.map((index) => createIndex(table, index))]
}

/** Repairs a table of SQLite; creates it again where SQLite cannot change it. */
export function repairSqliteTable(table: ExpectedTable, actual: ActualTable, drifts: readonly Drift[]): string[] {
  const canStay = drifts.every(({ kind }) => kind === 'column' || kind === 'index')
  if (!canStay) return rebuild(table, actual)
  return drifts.flatMap((drift) => {
    if (drift.kind === 'column') return addColumn(table, drift.column, actual)
    if (drift.kind !== 'index') return []
    return [
      ...(drift.isBroken ? [`DROP INDEX ${doubleQuoted(drift.index.name)}`] : []),
      createIndex(table, drift.index),
    ]
  })
}

function addColumn(table: ExpectedTable, column: ExpectedColumn, actual: ActualTable): string[] {
  const [target, name] = [quotedTable(table), doubleQuoted(column.name)]
  const add = `ALTER TABLE ${target} ADD COLUMN ${name} ${column.type}`
  if (!column.isRequired) return [add]
  if (losesRows(column, actual)) return [`DELETE FROM ${target}`, `${add} NOT NULL`]
  // SQLite needs a default to add a required column; the store always writes its own value.
  return [`${add} NOT NULL DEFAULT 0`, `UPDATE ${target} SET ${name} = ${filled(column.fill!.sql, doubleQuoted)}`]
}

/** @see https://www.sqlite.org/lang_altertable.html, section 7 */
function rebuild(table: ExpectedTable, actual: ActualTable): string[] {
  const [target, former] = [quotedTable(table), doubleQuoted(`${table.name}_before_repair`)]
  const ours = new Set(table.columns.map(({ name }) => name))
  const own = actual.columns.filter(({ name }) => !ours.has(name))
  const ownIndexes = actual.indexes.flatMap(({ name, sql }) =>
    sql === undefined || table.indexes.some((index) => index.name === name) ? [] : [sql],
  )
  return [
    'BEGIN IMMEDIATE',
    `ALTER TABLE ${target} RENAME TO ${former}`,
    createTable(table, own),
    ...copyRows(table, actual, own, former),
    `DROP TABLE ${former}`,
    ...table.indexes.map((index) => createIndex(table, index)),
    ...ownIndexes,
    'COMMIT',
  ]
}

function copyRows(table: ExpectedTable, actual: ActualTable, own: readonly ActualColumn[], former: string): string[] {
  const isThere = ({ name }: ExpectedColumn) => actual.columns.some((column) => column.name === name)
  const missing = table.columns.filter((column) => !isThere(column) && column.isRequired)
  if (missing.some((column) => losesRows(column, actual))) return []
  const names = [...table.columns.filter(isThere), ...own].map(({ name }) => doubleQuoted(name))
  const into = [...names, ...missing.map(({ name }) => doubleQuoted(name))].join(', ')
  const from = [...names, ...missing.map(({ fill }) => filled(fill!.sql, doubleQuoted))].join(', ')
  return [`INSERT INTO ${quotedTable(table)} (${into}) SELECT ${from} FROM ${former}`]
}

function createTable(table: ExpectedTable, own: readonly ActualColumn[]): string {
  const [key] = table.key.length === 1 ? table.key : []
  const columns = table.columns.map(
    ({ name, type, isRequired }) =>
      `${doubleQuoted(name)} ${type}${name === key ? ' PRIMARY KEY' : ''}${isRequired ? ' NOT NULL' : ''}`,
  )
  const others = own.map(({ name, type, isRequired, default: value }) => {
    const rest = value === undefined ? '' : `${isRequired ? ' NOT NULL' : ''} DEFAULT (${value})`
    return `${doubleQuoted(name)} ${type}${rest}`
  })
  const composite = key === undefined ? [`PRIMARY KEY (${table.key.map(doubleQuoted).join(', ')})`] : []
  return `CREATE TABLE ${quotedTable(table)} (${[...columns, ...others, ...composite].join(', ')})`
}

function createIndex(table: ExpectedTable, { name, columns }: ExpectedIndex): string {
  return `CREATE INDEX ${doubleQuoted(name)} ON ${quotedTable(table)} (${columns.map(doubleQuoted).join(', ')})`
}
