import type { Readable } from 'node:stream'
import type { ForeignSession } from '../store/imports/foreign-session.ts'

/** The place where another store keeps its sessions. */
export interface SourcePlace {
  /** The URL of the database or Redis; for `json` the path of a file of lines `{ "id", "session", "expires" }`. */
  readonly url: string
  /** The name of the table; a dot separates schema and table. @defaultValue that store's own */
  readonly table?: string | undefined
  /** The prefix of the keys in Redis. @defaultValue `'sess:'` */
  readonly prefix?: string | undefined
  /** The lines themselves, instead of a file. */
  readonly input?: Readable | undefined
}

/** Sessions of another store, in batches. The process holds one batch at a time. */
export type SessionSource = AsyncIterable<readonly ForeignSession[]>

/** Reads the tables of one kind of database. */
export interface TableReader {
  read(place: SourcePlace, layout: TableLayout): SessionSource
  /** The number of rows. */
  count(place: SourcePlace, layout: TableLayout): Promise<number>
}

/** The layout of a store's table. */
export interface TableLayout {
  readonly table: string
  readonly id: string
  readonly data: string
  readonly expires: string
  /** The type of the expiry column: a date, or seconds since the epoch. */
  readonly unit: 'date' | 'seconds'
}

/** The columns of a table that name the client of a session, if there are any. No store has them by itself. */
export interface ClientColumns {
  readonly ip?: string | undefined
  readonly userAgent?: string | undefined
}

/** Finds these columns by the names that applications and other frameworks give them. */
export function clientColumns(columns: readonly string[]): ClientColumns {
  const named = (name: RegExp) => columns.find((column) => name.test(column))
  return { ip: named(/^(client_?|last_?|remote_?)?ip(_?addr(ess)?)?$/i), userAgent: named(/^(http_?)?user_?agent$/i) }
}

/** These columns as a SELECT names them, each with a comma before it. */
export function selectedClient({ ip, userAgent }: ClientColumns, asText: (column: string) => string): string {
  const column = (name: string | undefined, alias: string) =>
    name === undefined ? '' : `, ${asText(name)} as ${alias}`
  return column(ip, 'ip') + column(userAgent, 'agent')
}

/** Sessions that one read returns. */
export const BATCH = 200

/** Reads the sessions after an id, by ascending id. */
type ReadPage = (after: string, limit: number) => Promise<ForeignSession[]>

/** Reads a table by its key, page by page: no cursor stays open between pages, and each row is read once. */
export async function* pages(read: ReadPage, limit: number): AsyncGenerator<ForeignSession[]> {
  let after = ''
  for (;;) {
    const page = await read(after, limit)
    if (page.length > 0) yield page
    if (page.length < limit) return
    after = page.at(-1)!.id
  }
}

/** A row as the statements select it. */
export interface ForeignRow {
  readonly id: string
  readonly data: string | null
  readonly expires: string | number | null
  readonly ip?: string | null
  readonly agent?: string | null
}

/** @param toEpoch - converts the selected value to epoch milliseconds; NaN when it is not a date */
export function toForeign({ id, data, expires, ip, agent }: ForeignRow, toEpoch: (expires: string | number) => number) {
  const time = expires === null ? Number.NaN : toEpoch(expires)
  const client = { ip: ip ?? undefined, userAgent: agent ?? undefined }
  return { id, data: Buffer.from(data ?? ''), expiresAt: Number.isNaN(time) ? undefined : time, ...client }
}

/** Quotes a name; a dot separates schema and table. */
export function quoted(name: string, quote: '"' | '`'): string {
  return name
    .split('.')
    .map((part) => quote + part.replaceAll(quote, quote + quote) + quote)
    .join('.')
}
