import type { RowEnd, SessionRow } from './session-row.ts'

/** The state of a row at one time: in use, ended by a request or an operator, or past a deadline. */
export type RowState = 'live' | 'ended' | 'expired'

/** The time at which the states of rows are determined. */
export interface RowMoment {
  readonly now: number
  /** Rows created at this time or earlier are past their absolute timeout, whatever `expires_at` says. */
  readonly tooOld: number
}

/** Rows that match all of these conditions. `…From` includes its time, `…Before` does not. */
export interface RowFilter {
  readonly userId?: string
  readonly sid?: Buffer
  readonly exceptSid?: Buffer
  readonly createdFrom?: number
  readonly createdBefore?: number
  readonly touchedFrom?: number
  readonly touchedBefore?: number
  readonly state?: RowMoment & { readonly is: RowState }
  /** Only rows that were not ended, whether past a deadline or not. Rows of next ids (`rotating`) count too. */
  readonly isUnended?: true
}

/** A row without its content. */
export interface ListedRow extends Omit<SessionRow, 'data' | 'version' | 'binding'> {
  /** Whether it has a binding to a device. A storage without bindings may omit it. */
  readonly isBound?: boolean
  readonly userId: string | null
  /** The length of `data`. */
  readonly bytes: number
}

/**
 * The number of rows, in total and by state, the number of live rows with a binding to a device, and the total bytes of
 * `data`. A storage without bindings may omit their number.
 */
export type RowTally = Readonly<Record<'rows' | RowState | 'bytes', number>> & { readonly bound?: number }

/** Reads all rows of a database without their content, and ends many at once. */
export interface SessionListing {
  /**
   * At most `limit` rows, the newest first. Among rows of the same time, the greatest key comes first.
   *
   * @param behind - only rows after this place
   */
  list(filter: RowFilter, behind: Pick<ListedRow, 'createdAt' | 'sid'> | undefined, limit: number): Promise<ListedRow[]>
  count(filter: RowFilter): Promise<number>
  /** Counts the rows up to this key, or all of them. */
  tally(moment: RowMoment, upTo: Buffer | undefined): Promise<RowTally>
  /** The key of the n-th row by ascending key; undefined when there are fewer. */
  nthKey(position: number): Promise<Buffer | undefined>
  /** The creation time of the n-th row after `after`, by ascending creation time; undefined when there are fewer. */
  nthCreation(after: number, position: number): Promise<number | undefined>
  /** Ends the unended rows of a filter in one statement, and returns how many. */
  endAll(filter: RowFilter, end: RowEnd): Promise<number>
}
