import type { Dialect } from '../../database/recognise.ts'
import type { TablePlace } from '../../database/sql/table-place.ts'
import type { ModuleKind } from './project.ts'

const MAKES: Record<Dialect, string> = { pg: 'pgTable', mysql: 'mysqlTable', sqlite: 'sqliteTable' }
const COLUMNS = [
  'storedSessionEventsColumns',
  'storedSessionEventsIndexes',
  'storedSessionKeysColumns',
  'storedSessionsColumns',
  'storedSessionsIndexes',
]

/** A Drizzle schema with the tables of the sessions, for drizzle-kit and for the option `table`. */
export function schemaFile(dialect: Dialect, place: TablePlace, kind: ModuleKind): string {
  // Drizzle refuses to create a schema of this name, because it is the default schema.
  const schema = place.schema === 'public' ? undefined : place.schema
  const make = schema === undefined ? MAKES[dialect] : 'pgSchema'
  const table = schema === undefined ? MAKES[dialect] : 'sessionsSchema.table'
  const [exported, imports] = kind === 'esm' ? ['export const ', esmImport] : ['exports.', requireOf]
  const own = (name: string) => (kind === 'esm' ? name : `exports.${name}`)
  const lines = [
    imports([make], `drizzle-orm/${dialect}-core`),
    imports(COLUMNS, `stored-session/schema/${dialect}`),
    '',
    ...(schema === undefined ? [] : [`${exported}sessionsSchema = pgSchema(${quoted(schema)})`, '']),
    '/** The sessions: pass it as the option `table`. Columns of your own must accept rows that do not name them. */',
    `${exported}storedSessions = ${schema === undefined ? table : own(table)}(`,
    `  ${quoted(place.name)},`,
    '  { ...storedSessionsColumns() },',
    `  storedSessionsIndexes(${quoted(place.name)}),`,
    ')',
    '',
    '/** Only envelopeKeys needs it. */',
    `${exported}storedSessionKeys = ${schema === undefined ? table : own(table)}(${quoted(`${place.name}_keys`)}, storedSessionKeysColumns())`,
    '',
    '/** Only the option history needs it. */',
    `${exported}storedSessionEvents = ${schema === undefined ? table : own(table)}(`,
    `  ${quoted(`${place.name}_events`)},`,
    '  storedSessionEventsColumns(),',
    `  storedSessionEventsIndexes(${quoted(`${place.name}_events`)}),`,
    ')',
  ]
  return `${lines.join('\n')}\n`
}

const esmImport = (names: readonly string[], from: string) => `import { ${names.join(', ')} } from '${from}'`
const requireOf = (names: readonly string[], from: string) => `const { ${names.join(', ')} } = require('${from}')`

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** Statements that drizzle-kit omits on PostgreSQL, for your own migration. */
export function storageStatements(dialect: Dialect, place: TablePlace): string[] {
  if (dialect !== 'pg') return []
  const parts = [place.schema, place.name].filter((part) => part !== undefined)
  const table = parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.')
  return [`ALTER TABLE ${table} SET (fillfactor = 80)`, `ALTER TABLE ${table} ALTER COLUMN "data" SET STORAGE EXTERNAL`]
}
