import { type Drift, filled, losesRows } from '../findings/drift.ts'
import type { ActualTable, ExpectedColumn, ExpectedIndex, ExpectedTable } from '../findings/tables.ts'
import { doubleQuoted } from '../findings/tables.ts'
import { quotedTable } from './catalog.ts'

/** Creates a table of PostgreSQL, with the storage of the migrations. */
export function createPgTable(table: ExpectedTable): string[] {
  const columns = table.columns.map(
    ({ name, type, isRequired }) => `${doubleQuoted(name)} ${type}${isRequired ? ' NOT NULL' : ''}`,
  )
  const parts = [...columns, `PRIMARY KEY (${table.key.map(doubleQuoted).join(', ')})`]
  return [
    `CREATE TABLE ${quotedTable(table)} (${parts.join(', ')}) WITH (fillfactor = 80)`,
    ...table.columns.flatMap((column) => uncompressed(table, column)),
    ...table.indexes.map((index) => createIndex(table, index, '')),
  ]
}

/** Repairs a table of PostgreSQL. Indexes are created while requests are served, and so outside transactions. */
export function repairPgTable(table: ExpectedTable, actual: ActualTable, drifts: readonly Drift[]): string[] {
  return drifts.flatMap((drift) => statementsFor(drift, table, actual))
}

function statementsFor(drift: Drift, table: ExpectedTable, actual: ActualTable): string[] {
  const concurrently = actual.isPartitioned ? '' : 'CONCURRENTLY '
  const alter = (change: string) => `ALTER TABLE ${quotedTable(table)} ${change}`
  switch (drift.kind) {
    case 'column':
      return [...addColumn(table, drift.column, actual), ...uncompressed(table, drift.column)]
    case 'type':
      return [
        alter(`ALTER COLUMN ${doubleQuoted(drift.column.name)} ${typeOf(drift.column)}`),
        ...uncompressed(table, drift.column),
      ]
    case 'null':
      return [alter(`ALTER COLUMN ${doubleQuoted(drift.column.name)} ${nullOf(drift.column)}`)]
    case 'obstacle':
      return [alter(`ALTER COLUMN ${doubleQuoted(drift.actual.name)} DROP NOT NULL`)]
    case 'key':
      return [alter(`ADD PRIMARY KEY (${table.key.map(doubleQuoted).join(', ')})`)]
    case 'index':
      return [
        ...(drift.isBroken ? [`DROP INDEX ${concurrently}${quotedTable({ ...table, name: drift.index.name })}`] : []),
        createIndex(table, drift.index, concurrently),
      ]
  }
}

function addColumn(table: ExpectedTable, column: ExpectedColumn, actual: ActualTable): string[] {
  const [target, name] = [quotedTable(table), doubleQuoted(column.name)]
  const add = `ALTER TABLE ${target} ADD COLUMN ${name} ${column.type}`
  if (!column.isRequired) return [add]
  if (losesRows(column, actual)) return [`DELETE FROM ${target}`, `${add} NOT NULL`]
  return [
    add,
    `UPDATE ${target} SET ${name} = ${filled(column.fill!.sql, doubleQuoted)}`,
    `ALTER TABLE ${target} ALTER COLUMN ${name} SET NOT NULL`,
  ]
}

// As in the migrations: sealed bytes do not compress.
function uncompressed(table: ExpectedTable, { name, type }: ExpectedColumn): string[] {
  if (type !== 'bytea' || table.key.includes(name)) return []
  return [`ALTER TABLE ${quotedTable(table)} ALTER COLUMN ${doubleQuoted(name)} SET STORAGE EXTERNAL`]
}

function createIndex(table: ExpectedTable, { name, columns }: ExpectedIndex, concurrently: string): string {
  const list = columns.map(doubleQuoted).join(', ')
  return `CREATE INDEX ${concurrently}${doubleQuoted(name)} ON ${quotedTable(table)} (${list})`
}

// Every type converts to bytea through its text.
function typeOf({ name, type }: ExpectedColumn): string {
  return `TYPE ${type} USING ${doubleQuoted(name)}${type === 'bytea' ? '::text' : ''}::${type}`
}

const nullOf = ({ isRequired }: ExpectedColumn) => (isRequired ? 'SET NOT NULL' : 'DROP NOT NULL')
