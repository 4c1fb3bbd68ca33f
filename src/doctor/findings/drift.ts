import type { ActualColumn, ActualTable, ExpectedColumn, ExpectedIndex, ExpectedTable } from './tables.ts'

/** One difference between a table and its expected form. */
export type Drift =
  | { readonly kind: 'column'; readonly column: ExpectedColumn }
  | { readonly kind: 'type'; readonly column: ExpectedColumn; readonly actual: ActualColumn }
  | { readonly kind: 'null'; readonly column: ExpectedColumn }
  | { readonly kind: 'obstacle'; readonly actual: ActualColumn }
  | { readonly kind: 'key' }
  | { readonly kind: 'index'; readonly index: ExpectedIndex; readonly isBroken: boolean }

/** All differences, columns first. */
export function driftsOf(
  expected: ExpectedTable,
  actual: ActualTable,
  isType: (column: ExpectedColumn, actual: ActualColumn) => boolean,
): Drift[] {
  const columns = expected.columns.flatMap((column) => columnDrifts(column, actual, isType))
  const missing = columns.flatMap((drift) => (drift.kind === 'column' ? [drift.column.name] : []))
  return [
    ...columns,
    ...obstacles(expected, actual),
    ...(sameNames(expected.key, actual.key) ? [] : [{ kind: 'key' } as const]),
    ...expected.indexes.flatMap((index) => indexDrift(index, actual, missing)),
  ]
}

function columnDrifts(
  column: ExpectedColumn,
  { columns }: ActualTable,
  isType: (column: ExpectedColumn, actual: ActualColumn) => boolean,
): Drift[] {
  const actual = columns.find(({ name }) => name === column.name)
  if (!actual) return [{ kind: 'column', column }]
  if (!isType(column, actual)) return [{ kind: 'type', column, actual }]
  return actual.isRequired === column.isRequired ? [] : [{ kind: 'null', column }]
}

// The store writes no value into a column that it does not know.
function obstacles(expected: ExpectedTable, { columns }: ActualTable): Drift[] {
  const names = expected.columns.map(({ name }) => name)
  return columns
    .filter(({ name, isRequired, hasDefault }) => isRequired && !hasDefault && !names.includes(name))
    .map((actual) => ({ kind: 'obstacle', actual }))
}

function indexDrift(index: ExpectedIndex, { indexes }: ActualTable, missing: readonly string[]): Drift[] {
  const isServed = indexes.some(
    ({ columns, isWhole }) => isWhole && index.columns.every((name, place) => columns[place] === name),
  )
  // MySQL and PostgreSQL drop the indexes of a column with it, so the new column has none.
  if (isServed && !index.columns.some((name) => missing.includes(name))) return []
  return [{ kind: 'index', index, isBroken: indexes.some(({ name }) => name === index.name) }]
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name))
}

/** Describes a difference. */
export function describeDrift(drift: Drift): string {
  switch (drift.kind) {
    case 'column':
      return `the column "${drift.column.name}" is missing`
    case 'type':
      return `the column "${drift.column.name}" is ${typeInWords(drift.actual)}, and must be ${drift.column.type}`
    case 'null':
      return `the column "${drift.column.name}" must ${drift.column.isRequired ? 'not accept' : 'accept'} null`
    case 'obstacle':
      return `the column "${drift.actual.name}" is required and has no default, so no session can be stored`
    case 'key':
      return 'the primary key is missing, or has other columns'
    case 'index':
      return `the index on ${drift.index.columns.map((name) => `"${name}"`).join(', ')} is ${drift.isBroken ? 'not usable' : 'missing'}`
  }
}

const typeInWords = ({ type, collation }: ActualColumn) => (collation ? `${type} collate ${collation}` : type)

/** Whether the existing rows must be deleted before this column can be added. */
export function losesRows(column: ExpectedColumn, { columns }: ActualTable): boolean {
  if (!column.isRequired) return false
  return !column.fill?.from.every((source) => columns.some(({ name }) => name === source))
}

/** SQL that computes the values of a missing column, with quoted names. */
export function filled(sql: string, quoted: (name: string) => string): string {
  return sql.replace(/\{(.*?)\}/g, (_, name: string) => quoted(name))
}
