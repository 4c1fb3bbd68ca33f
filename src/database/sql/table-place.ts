import { getTableName, type Table } from 'drizzle-orm'

/** The place of a table: its schema, where one was named, and its name. */
export interface TablePlace {
  readonly schema?: string | undefined
  readonly name: string
}

const DRIZZLE_SCHEMA = Symbol.for('drizzle:Schema')
const PART = '"(?:[^"]|"")+"|[^."]+'
const QUALIFIED = new RegExp(`^(?<schema>${PART})\\.(?<name>${PART})$`)
const QUOTED = /^"(?:[^"]|"")+"$/

/** The place of a Drizzle table. */
export function placeOfTable(table: Table): TablePlace {
  const schema = (table as unknown as Record<symbol, string | undefined>)[DRIZZLE_SCHEMA]
  return { schema, name: getTableName(table) }
}

/**
 * The place that a PostgreSQL name refers to: `sessions`, `auth.sessions`, or `auth."web.sessions"`, where double
 * quotes protect dots. Upper and lower case stay unchanged, quoted or not. Undefined when the dots are ambiguous.
 */
export function placeOfName(name: string): TablePlace | undefined {
  const { schema, name: last } = QUALIFIED.exec(name)?.groups ?? {}
  if (schema !== undefined && last !== undefined) return { schema: unquoted(schema), name: unquoted(last) }
  if (QUOTED.test(name)) return { name: unquoted(name) }
  return name.includes('.') ? undefined : { name }
}

/** A place as text, for messages and for namespaces. */
export function textOfPlace({ schema, name }: TablePlace): string {
  return [...(schema && schema !== 'public' ? [schema] : []), name].map(readable).join('.')
}

const readable = (part: string) => (part.includes('.') ? `"${part.replaceAll('"', '""')}"` : part)

const unquoted = (part: string) => (QUOTED.test(part) ? part.slice(1, -1).replaceAll('""', '"') : part)
