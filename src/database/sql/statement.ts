import { type Column, is, Placeholder, type SQL, type Table } from 'drizzle-orm'

/** SQL that was built once, and the names of its parameters in their order. */
export interface Statement {
  readonly text: string
  readonly names: readonly string[]
}

/** The sessions table as the statements need it: a Drizzle table with our columns under our property names. */
export type SessionsTable = Table & Record<(typeof columnKeys)[number], Column>

/** The property names of our columns; what they are called in the database is the table's own affair. */
export const columnKeys = [
  'sid',
  'data',
  'version',
  'userId',
  'createdAt',
  'touchedAt',
  'expiresAt',
  'trimAt',
  'endedAt',
  'endReason',
  'keyId',
] as const

/** Turns Drizzle's SQL into text for one dialect. */
export type Compile = (query: SQL) => Statement

/** Makes a {@link Compile} of what drizzle-orm calls a dialect. */
export function compiler(dialect: { sqlToQuery(query: SQL): { sql: string; params: unknown[] } }): Compile {
  return (query) => {
    const { sql, params } = dialect.sqlToQuery(query)
    return { text: sql, names: params.map(placeholderName) }
  }
}

/** The values of a statement's parameters, in their order. */
export function valuesFor(statement: Statement, values: object): unknown[] {
  return statement.names.map((name) => (values as Record<string, unknown>)[name])
}

function placeholderName(param: unknown): string {
  if (is(param, Placeholder)) return param.name
  throw new TypeError('a statement has a literal parameter; use a placeholder')
}
