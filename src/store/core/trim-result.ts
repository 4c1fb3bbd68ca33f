/** What one round of trimming did. */
export interface TrimResult {
  /** Rows deleted. */
  trimmed: number
  /** Statements that deleted them, or found none to delete. */
  batches: number
  /** Whether nothing that may be deleted was left. */
  complete: boolean
  /**
   * Why it stopped: `done`, nothing was left; `rows` and `time`, a limit; `aborted`, by the signal; `closed`, with the
   * store; `locked`, because another process trims.
   */
  stopped: TrimStop
  /** How long it took, in milliseconds. */
  durationMs: number
  /**
   * Rows left that may be deleted, counted up to 10,000: that many means as many or more. Undefined where they could not
   * be counted.
   */
  backlog: number | undefined
}

export type TrimStop = 'done' | 'rows' | 'time' | 'aborted' | 'closed' | 'locked'
