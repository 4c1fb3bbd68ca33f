import { InvalidOptionsError, MissingDriverError, SourceError } from '../errors.ts'
import { jsonSource } from './json-source.ts'
import { mysqlSource } from './mysql-source.ts'
import { pgSource } from './pg-source.ts'
import { redisSource } from './redis-source.ts'
import type { SessionSource, SourcePlace, TableLayout, TableReader } from './source.ts'
import { sqliteSource } from './sqlite-source.ts'

/** The stores from which sessions can be imported. */
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

const BY_SCHEME: Record<string, { kind: string; reader: TableReader }> = {
  postgres: { kind: 'pg', reader: pgSource },
  postgresql: { kind: 'pg', reader: pgSource },
  mysql: { kind: 'mysql', reader: mysqlSource },
  mariadb: { kind: 'mysql', reader: mysqlSource },
  sqlite: { kind: 'sqlite', reader: sqliteSource },
}

const SCHEMES = {
  'connect-pg-simple': ['pg'],
  'express-mysql-session': ['mysql'],
  'connect-session-knex': ['pg', 'mysql', 'sqlite'],
  'better-sqlite3-session-store': ['sqlite'],
} as const

/** The form of a URL for each kind of database, for messages. */
const URL_OF: Record<string, string> = { pg: 'postgres://…', mysql: 'mysql://…', sqlite: 'sqlite:PATH' }

/**
 * Sessions of another store. The source opens when reading begins, and closes when reading ends.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS` for an unknown name or an unsuitable URL; while reading
 * `FST_STORED_SESSION_IMPORT_SOURCE` and `FST_STORED_SESSION_MISSING_DRIVER`
 */
export function openSource(name: string, place: SourcePlace): SessionSource {
  if (!sourceNames.includes(name as SourceName))
    throw new InvalidOptionsError(`from must be one of ${sourceNames.join(', ')}`)
  if (name === 'json') return told(jsonSource(checkedPath(place)))
  if (name === 'connect-redis') return told(redisSource(checkedRedis(place)))
  const { reader, layout } = tableOf(name as TableSource, place)
  return told(reader.read(place, layout))
}

/**
 * The number of sessions, with the expired ones; undefined where counting would need to read them all.
 *
 * @throws the same errors as reading
 */
export async function countSource(name: SourceName, place: SourcePlace): Promise<number | undefined> {
  if (!Object.hasOwn(layouts, name)) return undefined
  const { reader, layout } = tableOf(name as TableSource, place)
  return reader.count(place, layout).catch(tell)
}

type TableSource = keyof typeof layouts

function tableOf(name: TableSource, place: SourcePlace): { reader: TableReader; layout: TableLayout } {
  const scheme = BY_SCHEME[/^([a-z]+):/i.exec(place.url)?.[1]?.toLowerCase() ?? '']
  const kinds: readonly string[] = SCHEMES[name]
  if (!scheme || !kinds.includes(scheme.kind)) {
    throw new InvalidOptionsError(`url must be ${kinds.map((kind) => URL_OF[kind]).join(' or ')} for ${name}`)
  }
  const layout = layouts[name]
  return { reader: scheme.reader, layout: { ...layout, table: place.table ?? layout.table } }
}

function checkedRedis(place: SourcePlace): SourcePlace {
  if (/^rediss?:\/\//i.test(place.url)) return place
  throw new InvalidOptionsError('url must be redis://… or rediss://… for connect-redis')
}

/** A URL belongs to another store. The error of opening it as a path would repeat its password. */
function checkedPath(place: SourcePlace): SourcePlace {
  if (!/^\s*[a-z][a-z\d+.-]*:[\\/]{2}/i.test(place.url)) return place
  throw new InvalidOptionsError('url must be the path of a file for json')
}

async function* told(source: SessionSource): SessionSource {
  try {
    yield* source
  } catch (error) {
    tell(error)
  }
}

/** Operators read this error, so it has the driver's own words. */
function tell(error: unknown): never {
  if (error instanceof InvalidOptionsError || error instanceof MissingDriverError) throw error
  const { code, message } = error as Error & { code?: unknown }
  const words = withoutPlace(message)
  throw new SourceError(words.startsWith(`${code}: `) ? words : [code, words].filter(Boolean).join(': '))
}

/** Removes file paths and invalid host names: when a URL is mistyped, either may contain its password. */
function withoutPlace(message = ''): string {
  return message.replace(/, \w+ '.*'$/s, '').replace(/(getaddrinfo \w+) \S*[^\w.:-]\S*/, '$1 …')
}
