import type { Query } from '../findings/inspection.ts'
import type { ActualColumn, ActualTable, ExpectedColumn, ExpectedTable } from '../findings/tables.ts'
import { doubleQuoted, literal } from '../findings/tables.ts'

/** The quoted name of a table. */
export const quotedTable = ({ name }: Pick<ExpectedTable, 'name'>) => doubleQuoted(name)

/** The actual table, from the schema of a SQLite database. */
export async function actualTable(query: Query, { name }: ExpectedTable): Promise<ActualTable | undefined> {
  const columns = await query(`select name, type, "notnull" as required, dflt_value as value, pk
    from pragma_table_info(${literal(name)}) order by cid`)
  if (columns.length === 0) return undefined
  const indexes = await query(`select list.name, list.partial, made.sql, (
      select json_group_array(coalesce(info.name, '')) from (
        select name from pragma_index_info(list.name) order by seqno) as info
    ) as columns from pragma_index_list(${literal(name)}) as list
    left join sqlite_schema as made on made.type = 'index' and made.name = list.name`)
  const keys = columns.filter(({ pk }) => Number(pk) > 0).sort((one, other) => Number(one.pk) - Number(other.pk))
  return {
    columns: columns.map(({ name, type, required, value }) => ({
      name: String(name),
      type: String(type).toLowerCase(),
      isRequired: Number(required) === 1,
      hasDefault: value !== null,
      ...(typeof value === 'string' && { default: value }),
    })),
    key: keys.map((column) => String(column.name)),
    indexes: indexes.map((index) => ({
      name: String(index.name),
      isWhole: Number(index.partial) === 0,
      columns: JSON.parse(String(index.columns)) as string[],
      ...(typeof index.sql === 'string' && { sql: index.sql }),
    })),
  }
}

/** Whether SQLite stores the values of a column like values of the expected type. */
export function isSqliteType(column: ExpectedColumn, actual: ActualColumn): boolean {
  return affinity(column.type) === affinity(actual.type)
}

/** @see https://www.sqlite.org/datatype3.html, section 3.1 */
function affinity(type: string): 'integer' | 'text' | 'blob' | 'real' | 'numeric' {
  if (/int/i.test(type)) return 'integer'
  if (/char|clob|text/i.test(type)) return 'text'
  if (type === '' || /blob/i.test(type)) return 'blob'
  return /real|floa|doub/i.test(type) ? 'real' : 'numeric'
}
