import { type Found, fault } from '../findings/finding.ts'
import type { Query, Row } from '../findings/inspection.ts'
import type { ActualColumn, ActualIndex, ActualTable, ExpectedColumn, ExpectedTable } from '../findings/tables.ts'

export const backQuoted = (name: string) => `\`${name.replaceAll('`', '``')}\``

/** The quoted name of a table. */
export function quotedTable({ schema, name }: Pick<ExpectedTable, 'schema' | 'name'>): string {
  return [schema, name].flatMap((part) => (part === undefined ? [] : [backQuoted(part)])).join('.')
}

// A hexadecimal literal has no backslash, whose meaning varies. It is bytes, but information_schema compares text.
const text = (word: string) => `convert(0x${Buffer.from(word).toString('hex')} using utf8mb4)`

const isTable = ({ schema, name }: ExpectedTable) =>
  `table_schema = ${schema === undefined ? 'database()' : text(schema)} and table_name = ${text(name)}`

/** The actual table, from the information schema. */
export async function actualTable(query: Query, table: ExpectedTable): Promise<ActualTable | undefined> {
  const columns = await query(`select column_name as name, column_type as type, is_nullable as nullable,
    column_default as value, extra, collation_name as collation
    from information_schema.columns where ${isTable(table)} order by ordinal_position`)
  if (columns.length === 0) return undefined
  const parts = await query(`select * from information_schema.statistics where ${isTable(table)}
    order by index_name, seq_in_index`)
  const indexes = new Map<string, Row[]>()
  for (const part of parts) {
    const name = String(part.INDEX_NAME)
    indexes.set(name, [...(indexes.get(name) ?? []), part])
  }
  return {
    columns: columns.map(toColumn),
    key: (indexes.get('PRIMARY') ?? []).map((part) => String(part.COLUMN_NAME)),
    indexes: [...indexes].map(toIndex),
  }
}

function toColumn({ name, type, nullable, value, extra, collation }: Row): ActualColumn {
  return {
    name: String(name),
    type: String(type),
    isRequired: nullable === 'NO',
    hasDefault: value !== null || /auto_increment|default_generated|generated/i.test(String(extra)),
    ...(typeof collation === 'string' && { collation }),
  }
}

// MySQL reports visible indexes, and MariaDB ignored ones. An index of a prefix cannot serve every query.
function toIndex([name, parts]: [string, Row[]]): ActualIndex {
  const isWhole = parts.every((part) => part.SUB_PART === null && part.IS_VISIBLE !== 'NO' && part.IGNORED !== 'YES')
  return { name, isWhole, columns: parts.map((part) => String(part.COLUMN_NAME)) }
}

/** Collations that distinguish `Ada` from `ada`. */
const EXACT = /_(bin|as_cs)$/

/** Whether a column has the type of the Drizzle column. */
export function isMysqlType(column: ExpectedColumn, { type, collation }: ActualColumn): boolean {
  const [base, charset] = column.type.toLowerCase().split(' character set ')
  // MariaDB shows a display width for integers, which has no effect.
  const plain = type.toLowerCase().replace(/^((?:tiny|small|medium|big)?int)\(\d+\)/, '$1')
  return plain === base && (charset === undefined || EXACT.test(collation ?? ''))
}

/** The engine, which a Drizzle table cannot express. */
export async function mysqlStorage(query: Query, table: ExpectedTable): Promise<Found[]> {
  const [found] = await query(`select engine as engine from information_schema.tables where ${isTable(table)}`)
  if (!found || found.engine === 'InnoDB') return []
  const name = quotedTable(table)
  return [
    fault(
      `the table ${name} uses the engine ${found.engine}, which neither survives a crash nor locks single rows`,
      'Move it to InnoDB',
      [`ALTER TABLE ${name} ENGINE = InnoDB`],
    ),
  ]
}
