import type { RowEnd, SessionRow } from './session-row.ts'

/** What a row is at a moment: in use, ended by a request or an operator, or past a deadline. */
export type RowState = 'live' | 'ended' | 'expired'

/** The moment at which rows are looked at. */
export interface RowMoment {
  readonly now: number
  /** Rows that were created by then are past their absolute timeout, whatever `expires_at` says. */
  readonly tooOld: number
}

/** Rows for which all of this holds. `…From` includes its moment, `…Before` does not. */
export interface RowFilter {
  readonly userId?: string
  readonly sid?: Buffer
  readonly exceptSid?: Buffer
  readonly createdFrom?: number
  readonly createdBefore?: number
  readonly touchedFrom?: number
  readonly touchedBefore?: number
  readonly state?: RowMoment & { readonly is: RowState }
  /** Only rows that were not ended, whether past a deadline or not; those of ids on their way (`rotating`) too. */
  readonly isUnended?: true
}

/** A row without its content. */
export interface ListedRow extends Omit<SessionRow, 'data' | 'version'> {
  readonly userId: string | null
  /** The length of `data`. */
  readonly bytes: number
}

/** How many rows there are, of each state, and the bytes of their `data` together. */
export type RowTally = Readonly<Record<'rows' | RowState | 'bytes', number>>

/** What a database can tell of all its rows without their content, and do to many at once. */
export interface SessionListing {
  /**
   * At most `limit` rows, the newest first; of those that were created in the same moment, that with the greatest key.
   *
   * @param behind - only what comes behind this place
   */
  list(filter: RowFilter, behind: Pick<ListedRow, 'createdAt' | 'sid'> | undefined, limit: number): Promise<ListedRow[]>
  count(filter: RowFilter): Promise<number>
  /** Counts the rows up to this key, or all of them. */
  tally(moment: RowMoment, upTo: Buffer | undefined): Promise<RowTally>
  /** The key of the n-th row by ascending key; undefined when there are fewer. */
  nthKey(position: number): Promise<Buffer | undefined>
  /** When the n-th of the rows that were created after this was created, by ascending time; undefined when there are fewer. */
  nthCreation(after: number, position: number): Promise<number | undefined>
  /** Ends the rows of a filter that had not ended, in one statement, and says how many. */
  endAll(filter: RowFilter, end: RowEnd): Promise<number>
}
