/** The events of a store about its database, its keys and its work in the background. */
export interface ServiceEvents {
  /** The store opened with `acceptUnencrypted`, whose date is in the future. */
  acceptsUnencrypted: [
    {
      /** The date of the option. */
      until: Date
    },
  ]
  /** The current key has been sealing for longer than `warnKeyAge`. */
  keyAge: [
    {
      /** How long the key has been sealing, in days. */
      days: number
    },
  ]
  /**
   * A key of `envelopeKeys` seals nothing. The `created_at` of its row differs from the date that was wrapped with the
   * key; or the key has no date, like keys of former versions.
   */
  misdatedKey: [
    {
      /** The id of the key. */
      keyId: number
      /** The date that was wrapped with the key, epoch milliseconds; undefined without one. */
      since: number | undefined
    },
  ]
  /** A call to the key service of `envelopeKeys` takes longer than `softTimeout`. */
  slowKeyService: [
    {
      /** The call that is still in progress. */
      call: 'wrap' | 'unwrap'
      /** The value of `softTimeout`, in milliseconds. */
      ms: number
    },
  ]
  /** A part of the metadata of a request is missing, because the function of the application for it failed. */
  metadataFailure: [
    {
      /** The function of the option `metadata` that failed. */
      what: 'location' | 'extra'
      /** The error of the function. */
      error: Error
    },
  ]
  /** A setting of the database may make sessions wrong, limits what can be stored, or costs time. */
  databaseWarning: [
    {
      /** What is wrong, and the fix. */
      message: string
    },
  ]
  /** A request got a 503, because the database or the key provider failed. */
  fault: [
    {
      /** The operation that the request needed. */
      operation: 'read' | 'write' | 'touch' | 'delete'
      /** The error that the request got. Its `cause` is the error of the driver or the key provider. */
      error: Error
    },
  ]
  /** A round of trimming ended, in the background or by a call. */
  trimmed: [
    TrimResult & {
      /** The operator whom the call named; absent without one. */
      actor?: string
    },
  ]
  /** Each of several consecutive rounds left more rows than the round before: trimming does not keep up. */
  backlog: [
    {
      /** The rows that the last round left, counted up to 10,000. */
      backlog: number
      /** The number of consecutive rounds. */
      rounds: number
    },
  ]
  /** Events of the history were stored. */
  historyWritten: [
    {
      /** The number of stored events. */
      events: number
    },
  ]
  /** Events of the history were lost, because too many waited or the database cannot hold them. */
  historyDropped: [
    {
      /** The number of lost events. */
      events: number
    },
  ]
  /** Work in the background failed; the store tries it again at the next scheduled time. */
  backgroundError: [
    {
      /** The work that failed. */
      work: 'touch' | 'trim' | 'key rotation' | 'history'
      /** The reason. */
      error: Error
    },
  ]
}

/** The result of one round of trimming. */
export interface TrimResult {
  /** Rows deleted. */
  trimmed: number
  /** Events of the history deleted; absent without the option `history`. */
  events?: number
  /** Statements that deleted rows or found none. */
  batches: number
  /** Whether no row is left that may be deleted. */
  complete: boolean
  /**
   * Why the round stopped: `done`, no rows are left; `rows` and `time`, it reached a limit; `aborted`, by the signal;
   * `closed`, the store closes; `locked`, another process trims.
   */
  stopped: TrimStop
  /** The duration of the round, in milliseconds. */
  durationMs: number
  /**
   * Rows left that may be deleted, counted up to 10,000, which means 10,000 or more. Undefined if they could not be
   * counted.
   */
  backlog: number | undefined
}

/** Why a round of trimming stopped; see {@link TrimResult.stopped}. */
export type TrimStop = 'done' | 'rows' | 'time' | 'aborted' | 'closed' | 'locked'
