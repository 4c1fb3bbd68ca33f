import { cursorAfter, type ListedSession } from '../../store/management/listing.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'
import { filterOf, matches, type SessionQuery } from './session-query.ts'

/** Sessions that were found, and where the search stopped. */
export interface Found {
  readonly sessions: readonly ListedSession[]
  /** From where the search goes on; undefined at the end. */
  readonly next: string | undefined
  /** Rows that were looked at. */
  readonly looked: number
}

/** How far one page goes. */
export interface SearchLimits {
  /** Sessions on a page. */
  readonly most: number
  /** Rows that one page looks at, so that a page is quick however large the table is. */
  readonly mostRows: number
}

/** Rows of one statement at most. Each next one is larger, because most sessions of a page are found at once. */
const LARGEST_BATCH = 500

/** The sessions of a query from a place on, the newest first. */
export async function searchSessions(
  store: StoredSessionStore,
  query: SessionQuery,
  { most, mostRows }: SearchLimits,
  from?: string,
): Promise<Found> {
  const filter = filterOf(query)
  const sessions: ListedSession[] = []
  let looked = 0
  let limit = Math.min(most, mostRows)
  for (let cursor = from; ; limit = Math.min(2 * limit, LARGEST_BATCH, mostRows - looked)) {
    const page = await store.list({ ...filter, limit, ...(cursor !== undefined && { cursor }) })
    const taken = takeMatches(page.sessions, query, most - sessions.length)
    sessions.push(...taken.sessions)
    looked += taken.looked
    const last = page.sessions[taken.looked - 1]
    const isAllLooked = taken.looked === page.sessions.length
    cursor = isAllLooked || !last ? page.next : cursorAfter(last)
    if (cursor === undefined || looked >= mostRows || sessions.length === most)
      return { sessions, next: cursor, looked }
  }
}

/** The first matches of a page, and how many rows were looked at to find them. */
function takeMatches(
  page: readonly ListedSession[],
  query: SessionQuery,
  most: number,
): { readonly sessions: ListedSession[]; readonly looked: number } {
  const sessions: ListedSession[] = []
  for (const [index, session] of page.entries()) {
    if (matches(query, session) && sessions.push(session) === most) return { sessions, looked: index + 1 }
  }
  return { sessions, looked: page.length }
}
