import { type Found, warning } from '../findings/finding.ts'
import type { Query, Row } from '../findings/inspection.ts'
import type { ActualColumn, ActualTable, ExpectedColumn, ExpectedTable } from '../findings/tables.ts'
import { doubleQuoted, literal } from '../findings/tables.ts'

/** The quoted name of a table. */
export function quotedTable({ schema, name }: Pick<ExpectedTable, 'schema' | 'name'>): string {
  return [schema, name].flatMap((part) => (part === undefined ? [] : [doubleQuoted(part)])).join('.')
}

const oidOf = (table: ExpectedTable) => `to_regclass(${literal(quotedTable(table))})`

/** The actual table, from the PostgreSQL catalog. */
export async function actualTable(query: Query, table: ExpectedTable): Promise<ActualTable | undefined> {
  const [found] = await query(`select relkind::text as kind from pg_class where oid = ${oidOf(table)}`)
  if (!found) return undefined
  const columns = await query(`select attname as name, format_type(atttypid, atttypmod) as type,
    attnotnull as required, atthasdef or attidentity <> '' as defaulted
    from pg_attribute where attrelid = ${oidOf(table)} and attnum > 0 and not attisdropped order by attnum`)
  const indexes = await query(`select c.relname as name, i.indisprimary as primary,
    i.indisvalid and i.indpred is null as whole, (
      select json_agg(a.attname order by k.place)::text from unnest(i.indkey::int[]) with ordinality as k (number, place)
      left join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.number
    ) as columns from pg_index as i join pg_class as c on c.oid = i.indexrelid where i.indrelid = ${oidOf(table)}`)
  const primary = indexes.find((index) => index.primary)
  return {
    columns: columns.map(toColumn),
    key: primary ? columnsOf(primary) : [],
    indexes: indexes.map((index) => ({
      name: String(index.name),
      columns: columnsOf(index),
      isWhole: Boolean(index.whole),
    })),
    isPartitioned: found.kind === 'p',
  }
}

function toColumn({ name, type, required, defaulted }: Row): ActualColumn {
  return { name: String(name), type: String(type), isRequired: Boolean(required), hasDefault: Boolean(defaulted) }
}

// An expression in an index has no column name.
const columnsOf = ({ columns }: Row) => (JSON.parse(String(columns)) as (string | null)[]).map((name) => name ?? '')

const FULL_NAMES: Record<string, string> = {
  int: 'integer',
  int4: 'integer',
  serial: 'integer',
  int8: 'bigint',
  bigserial: 'bigint',
  varchar: 'character varying',
  char: 'character',
  decimal: 'numeric',
}

/** Whether a column has the type of the Drizzle column. */
export function isPgType(column: ExpectedColumn, actual: ActualColumn): boolean {
  return actual.type === column.type.toLowerCase().replace(/^\w+/, (word) => FULL_NAMES[word] ?? word)
}

/** Fill factor and storage of the migrations, which a Drizzle table cannot express. */
export async function pgStorage(query: Query, table: ExpectedTable): Promise<Found[]> {
  const [data] = table.columns.filter(({ type }) => type === 'bytea').slice(1)
  const [found] = await query(`select coalesce((
      select option_value::int from pg_options_to_table(c.reloptions) where option_name = 'fillfactor'
    ), 100) as fill, (
      select attstorage::text from pg_attribute where attrelid = c.oid and attname = ${literal(data?.name ?? '')}
    ) as storage from pg_class as c where c.oid = ${oidOf(table)} and c.relkind = 'r'`)
  if (!found) return []
  const name = quotedTable(table)
  const sql = [
    ...(Number(found.fill) > 90 ? [`ALTER TABLE ${name} SET (fillfactor = 80)`] : []),
    ...(data && found.storage === 'x'
      ? [`ALTER TABLE ${name} ALTER COLUMN ${doubleQuoted(data.name)} SET STORAGE EXTERNAL`]
      : []),
  ]
  if (sql.length === 0) return []
  return [
    warning(
      `the table ${name} lacks its storage parameters: touches rewrite indexes, or encrypted bytes are compressed without effect`,
      'Run these statements once; they affect rows that are written afterwards',
      sql,
    ),
  ]
}
