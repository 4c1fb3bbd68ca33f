import type { RowEnd, SessionRow } from './session-row.ts'

/** The state of a row at one time: in use, ended by a request or an operator, or past a deadline. */
export type RowState = 'live' | 'ended' | 'expired'

/** The time at which the states of rows are determined. */
export interface RowMoment {
  /** The current time, epoch milliseconds. */
  readonly now: number
  /** Rows created at this time or earlier are past their absolute timeout, whatever `expires_at` says. Epoch milliseconds. */
  readonly tooOld: number
}

/** Rows that match all of these conditions. `…From` includes its time, `…Before` does not. */
export interface RowFilter {
  /** Only rows of this user. */
  readonly userId?: string
  /** Only the row with this key, 32 bytes. */
  readonly sid?: Buffer
  /** Not the row with this key, 32 bytes. */
  readonly exceptSid?: Buffer
  /** Only rows created at this time or later, epoch milliseconds. */
  readonly createdFrom?: number
  /** Only rows created before this time, epoch milliseconds. */
  readonly createdBefore?: number
  /** Only rows last used at this time or later, epoch milliseconds. */
  readonly touchedFrom?: number
  /** Only rows last used before this time, epoch milliseconds. */
  readonly touchedBefore?: number
  /** Only rows in a state at a time. */
  readonly state?: RowMoment & {
    /** The state. */
    readonly is: RowState
  }
  /** Only rows that were not ended, whether past a deadline or not. Rows of next ids (`rotating`) count too. */
  readonly isUnended?: true
}

/** A row without its content. */
export interface ListedRow extends Omit<SessionRow, 'data' | 'version' | 'binding'> {
  /** Whether it has a binding to a device. A storage without bindings may omit it. */
  readonly isBound?: boolean
  /** The user of the session; null without a user, and once ended. */
  readonly userId: string | null
  /** The length of `data`, in bytes. */
  readonly bytes: number
}

/**
 * The number of rows, in total and by state, the number of live rows with a binding to a device, and the total bytes of
 * `data`. A storage without bindings may omit their number.
 */
export type RowTally = Readonly<Record<'rows' | RowState | 'bytes', number>> & {
  /** Live rows with a binding to a device. */
  readonly bound?: number
}

/** Reads all rows of a database without their content, and ends many at once. */
export interface SessionListing {
  /**
   * Lists rows, the newest first. Among rows of the same time, the greatest key comes first.
   *
   * @param filter - which rows
   * @param behind - only rows after this place; undefined for the first page
   * @param limit - the most rows to return
   */
  list(filter: RowFilter, behind: Pick<ListedRow, 'createdAt' | 'sid'> | undefined, limit: number): Promise<ListedRow[]>
  /**
   * Counts rows exactly.
   *
   * @param filter - which rows
   */
  count(filter: RowFilter): Promise<number>
  /**
   * Counts rows by state, and their bytes.
   *
   * @param moment - the time at which the states are determined
   * @param upTo - only the rows up to this key; undefined for all
   */
  tally(moment: RowMoment, upTo: Buffer | undefined): Promise<RowTally>
  /**
   * The key of the n-th row by ascending key; undefined when there are fewer.
   *
   * @param position - n, from 1
   */
  nthKey(position: number): Promise<Buffer | undefined>
  /**
   * The creation time of the n-th row by ascending creation time, epoch milliseconds; undefined when there are fewer.
   *
   * @param after - counts only rows created after this time, epoch milliseconds
   * @param position - n, from 1
   */
  nthCreation(after: number, position: number): Promise<number | undefined>
  /**
   * Ends unended rows in one statement.
   *
   * @param filter - which rows
   * @param end - the values that end them
   * @returns the number of rows that ended
   */
  endAll(filter: RowFilter, end: RowEnd): Promise<number>
}
