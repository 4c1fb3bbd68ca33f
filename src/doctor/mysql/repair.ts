import { type Drift, filled, losesRows } from '../findings/drift.ts'
import type { ActualTable, ExpectedColumn, ExpectedIndex, ExpectedTable } from '../findings/tables.ts'
import { backQuoted, quotedTable } from './catalog.ts'

/** Creates a table of MySQL or MariaDB. */
export function createMysqlTable(table: ExpectedTable): string[] {
  const columns = table.columns.map((column) => `${backQuoted(column.name)} ${definition(column)}`)
  const parts = [...columns, `PRIMARY KEY (${table.key.map(backQuoted).join(', ')})`]
  return [
    `CREATE TABLE ${quotedTable(table)} (${parts.join(', ')}) ENGINE = InnoDB`,
    ...table.indexes.map((index) => createIndex(table, index)),
  ]
}

/** Repairs a table of MySQL or MariaDB. InnoDB creates indexes while requests are served. */
export function repairMysqlTable(table: ExpectedTable, actual: ActualTable, drifts: readonly Drift[]): string[] {
  return drifts.flatMap((drift) => statementsFor(drift, table, actual))
}

function statementsFor(drift: Drift, table: ExpectedTable, actual: ActualTable): string[] {
  const alter = (change: string) => `ALTER TABLE ${quotedTable(table)} ${change}`
  switch (drift.kind) {
    case 'column':
      return addColumn(table, drift.column, actual)
    case 'type':
    case 'null':
      return [alter(`MODIFY ${backQuoted(drift.column.name)} ${definition(drift.column)}`)]
    case 'obstacle':
      return [alter(`MODIFY ${backQuoted(drift.actual.name)} ${drift.actual.type} NULL`)]
    case 'key':
      return [
        alter(
          `${actual.key.length > 0 ? 'DROP PRIMARY KEY, ' : ''}ADD PRIMARY KEY (${table.key.map(backQuoted).join(', ')})`,
        ),
      ]
    case 'index':
      return [
        ...(drift.isBroken ? [`DROP INDEX ${backQuoted(drift.index.name)} ON ${quotedTable(table)}`] : []),
        createIndex(table, drift.index),
      ]
  }
}

function addColumn(table: ExpectedTable, column: ExpectedColumn, actual: ActualTable): string[] {
  const [target, name] = [quotedTable(table), backQuoted(column.name)]
  const add = `ALTER TABLE ${target} ADD ${name} ${column.type}`
  if (!column.isRequired) return [add]
  if (losesRows(column, actual)) return [`DELETE FROM ${target}`, `${add} NOT NULL`]
  return [
    add,
    `UPDATE ${target} SET ${name} = ${filled(column.fill!.sql, backQuoted)}`,
    `ALTER TABLE ${target} MODIFY ${name} ${definition(column)}`,
  ]
}

function createIndex(table: ExpectedTable, { name, columns }: ExpectedIndex): string {
  return `CREATE INDEX ${backQuoted(name)} ON ${quotedTable(table)} (${columns.map(backQuoted).join(', ')})`
}

const definition = ({ type, isRequired }: ExpectedColumn) => `${type}${isRequired ? ' NOT NULL' : ''}`
