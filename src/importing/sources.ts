import { InvalidOptionsError, MissingDriverError, SourceError } from '../errors.ts'
import { jsonSource } from './json-source.ts'
import { mysqlSource } from './mysql-source.ts'
import { pgSource } from './pg-source.ts'
import { redisSource } from './redis-source.ts'
import type { OpenSource, SessionSource, SourcePlace, TableLayout } from './source.ts'
import { sqliteSource } from './sqlite-source.ts'

/** The stores that sessions are taken over from. */
export const sourceNames = [
  'connect-pg-simple',
  'express-mysql-session',
  'connect-session-knex',
  'better-sqlite3-session-store',
  'connect-redis',
  'json',
] as const

export type SourceName = (typeof sourceNames)[number]

const layouts = {
  'connect-pg-simple': { table: 'session', id: 'sid', data: 'sess', expires: 'expire', unit: 'date' },
  'express-mysql-session': { table: 'sessions', id: 'session_id', data: 'data', expires: 'expires', unit: 'seconds' },
  'connect-session-knex': { table: 'sessions', id: 'sid', data: 'sess', expires: 'expired', unit: 'date' },
  'better-sqlite3-session-store': { table: 'sessions', id: 'sid', data: 'sess', expires: 'expire', unit: 'date' },
} as const satisfies Partial<Record<SourceName, TableLayout>>

const BY_SCHEME: Record<string, { kind: string; open: OpenSource }> = {
  postgres: { kind: 'pg', open: pgSource },
  postgresql: { kind: 'pg', open: pgSource },
  mysql: { kind: 'mysql', open: mysqlSource },
  mariadb: { kind: 'mysql', open: mysqlSource },
  sqlite: { kind: 'sqlite', open: sqliteSource },
}

const SCHEMES = {
  'connect-pg-simple': ['pg'],
  'express-mysql-session': ['mysql'],
  'connect-session-knex': ['pg', 'mysql', 'sqlite'],
  'better-sqlite3-session-store': ['sqlite'],
} as const

/** What the URL of a kind looks like, for messages. */
const URL_OF: Record<string, string> = { pg: 'postgres://…', mysql: 'mysql://…', sqlite: 'sqlite:PATH' }

/**
 * Sessions of another store. Nothing is opened before they are read, and everything is closed when reading ends.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS` for a name or URL that it does not know; while reading
 * `FST_STORED_SESSION_IMPORT_SOURCE` and `FST_STORED_SESSION_MISSING_DRIVER`
 */
export function openSource(name: string, place: SourcePlace): SessionSource {
  if (!sourceNames.includes(name as SourceName))
    throw new InvalidOptionsError(`from must be one of ${sourceNames.join(', ')}`)
  if (name === 'json') return told(jsonSource(place))
  if (name === 'connect-redis') return told(redisSource(checkedRedis(place)))
  const layout = layouts[name as keyof typeof layouts]
  return told(opener(name as keyof typeof layouts, place.url)(place, { ...layout, table: place.table ?? layout.table }))
}

function opener(name: keyof typeof layouts, url: string): OpenSource {
  const scheme = BY_SCHEME[/^([a-z]+):/i.exec(url)?.[1]?.toLowerCase() ?? '']
  const kinds: readonly string[] = SCHEMES[name]
  if (scheme && kinds.includes(scheme.kind)) return scheme.open
  throw new InvalidOptionsError(`url must be ${kinds.map((kind) => URL_OF[kind]).join(' or ')} for ${name}`)
}

function checkedRedis(place: SourcePlace): SourcePlace {
  if (/^rediss?:\/\//i.test(place.url)) return place
  throw new InvalidOptionsError('url must be redis://… or rediss://… for connect-redis')
}

/** Tells an operator, who is the one that reads this, in the driver's own words what is wrong. */
async function* told(source: SessionSource): SessionSource {
  try {
    yield* source
  } catch (error) {
    if (error instanceof InvalidOptionsError || error instanceof MissingDriverError) throw error
    const { code, message } = error as Error & { code?: unknown }
    throw new SourceError([code, message].filter(Boolean).join(': '))
  }
}
