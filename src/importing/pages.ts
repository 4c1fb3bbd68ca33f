import type { ForeignSession } from '../store/imports/foreign-session.ts'

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
