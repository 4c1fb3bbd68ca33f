import type { Readable } from 'node:stream'
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
