import { type Column, getTableColumns, type Table } from 'drizzle-orm'
import { columnKeys, type SessionsTable } from '../../database/sql/statements.ts'

/** A text as an SQL literal, for databases in which a backslash is an ordinary character. */
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

/** A name, quoted as in standard SQL. */
export const doubleQuoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** A column of the Drizzle table. */
export interface ExpectedColumn {
  readonly name: string
  /** The SQL type, with its length where it has one. */
  readonly type: string
  readonly isRequired: boolean
  /** SQL that computes a missing column from other columns, and those columns; undefined where that is impossible. */
  readonly fill?: { readonly sql: string; readonly from: readonly string[] }
}

export interface ExpectedIndex {
  readonly name: string
  readonly columns: readonly string[]
}

/** The expected table, from the Drizzle table. It omits the application's additional columns. */
export interface ExpectedTable {
  readonly schema: string | undefined
  readonly name: string
  readonly columns: readonly ExpectedColumn[]
  readonly key: readonly string[]
  readonly indexes: readonly ExpectedIndex[]
}

/** A column of the database. */
export interface ActualColumn {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly hasDefault: boolean
  /** The default in SQL, where a repair creates the table again. */
  readonly default?: string
  readonly collation?: string
}

export interface ActualIndex {
  readonly name: string
  readonly columns: readonly string[]
  /** False for an unfinished index, and for an index of only a part of the rows. */
  readonly isWhole: boolean
  /** The statement that created it, where a repair creates the table again. */
  readonly sql?: string
}

/** A table of the database. */
export interface ActualTable {
  readonly columns: readonly ActualColumn[]
  readonly key: readonly string[]
  readonly indexes: readonly ActualIndex[]
  /** For PostgreSQL: the indexes of such a table cannot be created while requests are served. */
  readonly isPartitioned?: boolean
}

/** The result of drizzle-orm's `getTableConfig`, the same in every dialect. */
export interface TableConfig {
  readonly name: string
  readonly schema?: string | undefined
  readonly columns: readonly Column[]
  readonly indexes: readonly { readonly config: { readonly name?: string; readonly columns: readonly unknown[] } }[]
  readonly primaryKeys: readonly { readonly columns: readonly Column[] }[]
}

const INDEXED = { userId: 'user_id', createdAt: 'created', trimAt: 'trim_at', keyId: 'key_id' } as const

/** The expected sessions table: our columns of it, its own indexes, and the indexes that we need. */
export function expectedSessions(table: SessionsTable, configOf: (table: Table) => TableConfig): ExpectedTable {
  const config = configOf(table)
  const own = indexesOf(config)
  const needed = Object.entries(INDEXED).map(([key, word]) => ({
    name: `${config.name}_${word}_index`,
    columns: [table[key as keyof typeof INDEXED].name],
  }))
  const fills = fillsOf(table)
  return {
    schema: config.schema,
    name: config.name,
    columns: ourColumns(table).map(([key, column]) => ({ ...expectedColumn(column), ...fills[key] })),
    key: keyOf(config),
    indexes: [...own, ...needed.filter(({ columns: [first] }) => !own.some(({ columns }) => columns[0] === first))],
  }
}

/** The expected table of wrapped data keys or of events, in the schema of the sessions. */
export function expectedCompanion(config: TableConfig, schema: string | undefined): ExpectedTable {
  return {
    schema,
    name: config.name,
    columns: config.columns.map(expectedColumn),
    key: keyOf(config),
    indexes: indexesOf(config),
  }
}

// A table that was defined before the option `metadata` existed may lack its column.
function ourColumns(table: SessionsTable): [keyof SessionsTable, Column][] {
  const keys = new Set<string>([...columnKeys, 'metadata'])
  const columns = getTableColumns(table as Table)
  return [...keys].flatMap((key) => (columns[key] ? [[key as keyof SessionsTable, columns[key]]] : []))
}

function expectedColumn(column: Column): ExpectedColumn {
  return { name: column.name, type: column.getSQLType(), isRequired: column.notNull }
}

function keyOf({ columns, primaryKeys: [composite] }: TableConfig): string[] {
  return (composite?.columns ?? columns.filter(({ primary }) => primary)).map(({ name }) => name)
}

function indexesOf({ name, indexes }: TableConfig): ExpectedIndex[] {
  return indexes.flatMap(({ config }) => {
    const columns = config.columns.map((column) => (column as { name?: unknown }).name)
    // An index on an expression belongs to the application.
    if (!columns.every((column) => typeof column === 'string')) return []
    return [{ name: config.name ?? `${name}_${columns.join('_')}_index`, columns }]
  })
}

const HOUR_MS = 3_600_000

// Sid, content and creation time exist nowhere else, and without them a row does not open.
function fillsOf(table: SessionsTable): Partial<Record<keyof SessionsTable, Pick<ExpectedColumn, 'fill'>>> {
  const [created, expires, trim] = [table.createdAt.name, table.expiresAt.name, table.trimAt.name]
  return {
    version: { fill: { sql: '1', from: [] } },
    touchedAt: { fill: { sql: `{${created}}`, from: [created] } },
    expiresAt: { fill: { sql: `{${trim}} - ${HOUR_MS}`, from: [trim] } },
    trimAt: { fill: { sql: `{${expires}} + ${2 * HOUR_MS}`, from: [expires] } },
  }
}
