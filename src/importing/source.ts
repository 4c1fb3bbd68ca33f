import type { Readable } from 'node:stream'
import { MissingDriverError } from '../errors.ts'
import type { ForeignSession } from '../store/imports/foreign-session.ts'

/** Where another store keeps its sessions. */
export interface SourcePlace {
  /** The URL of its database or Redis; for `json` the path of a file of lines `{ "id", "session", "expires" }`. */
  readonly url: string
  /** The name of its table; a dot parts schema and table. @defaultValue that store's own */
  readonly table?: string | undefined
  /** What stands in front of its keys in Redis. @defaultValue `'sess:'` */
  readonly prefix?: string | undefined
  /** The lines themselves, in place of a file. */
  readonly input?: Readable | undefined
}

/** Sessions of another store, in batches, of which no more than one is held at a time. */
export type SessionSource = AsyncIterable<readonly ForeignSession[]>

/** What reads the tables of one kind of database. */
export interface TableReader {
  read(place: SourcePlace, layout: TableLayout): SessionSource
  /** How many rows there are. */
  count(place: SourcePlace, layout: TableLayout): Promise<number>
}

/** How a store lays its table out. */
export interface TableLayout {
  readonly table: string
  readonly id: string
  readonly data: string
  readonly expires: string
  /** What the column of expiry holds: a date, or the seconds of the epoch. */
  readonly unit: 'date' | 'seconds'
}

/** Sessions that are read at a time. */
export const BATCH = 200

/** Reads the sessions behind an id, by ascending id. */
export type ReadPage = (after: string, limit: number) => Promise<ForeignSession[]>

/** Goes through a table by its key, page by page: nothing is held open in between, and nothing is read twice. */
export async function* pages(read: ReadPage, limit: number): AsyncGenerator<ForeignSession[]> {
  let after = ''
  for (;;) {
    const page = await read(after, limit)
    if (page.length > 0) yield page
    if (page.length < limit) return
    after = page.at(-1)!.id
  }
}

/** A row as the statements here select it. */
export interface ForeignRow {
  readonly id: string
  readonly data: string | null
  readonly expires: string | number | null
}

/** @param toEpoch - from what the statement selected to epoch milliseconds; NaN when it says nothing */
export function toForeign({ id, data, expires }: ForeignRow, toEpoch: (expires: string | number) => number) {
  const time = expires === null ? Number.NaN : toEpoch(expires)
  return { id, data: Buffer.from(data ?? ''), expiresAt: Number.isNaN(time) ? undefined : time }
}

/** A name in quotes; a dot parts schema and table. */
export function quoted(name: string, quote: '"' | '`'): string {
  return name
    .split('.')
    .map((part) => quote + part.replaceAll(quote, quote + quote) + quote)
    .join('.')
}

/** Loads the package that speaks to another store's database. @throws `FST_STORED_SESSION_MISSING_DRIVER` */
export async function driver<Module>(databases: string, name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new MissingDriverError(databases, name, name)
  }
}
