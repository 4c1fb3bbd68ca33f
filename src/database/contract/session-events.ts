/** What happened to a session, or what an operator did. */
export type EventKind =
  | 'created'
  | 'regenerated'
  | 'rotated'
  | 'user'
  | 'ended'
  | 'refused'
  | 'reused'
  | 'bound'
  | 'unbound'
  | 'unproven'
  | 'unreadable'
  | 'revoked'
  | 'updated'
  | 'revealed'
  | 'keys'
  | 'trimmed'

/** One stored event. */
export interface EventRow {
  /** The key of the session, 32 bytes; zeros for events of many sessions. */
  readonly sid: Buffer
  /** 16 bytes that ascend with time: 6 bytes of `at`, 4 bytes that count, and 6 random bytes. */
  readonly id: Buffer
  readonly kind: EventKind
  readonly userId: string | null
  /** Epoch milliseconds. */
  readonly at: number
  /** The id of the key that sealed `data`; null once erased. */
  readonly keyId: number | null
  /** The sealed details; empty once erased. */
  readonly data: Buffer
}

/** Events that match all of these conditions. */
export interface EventFilter {
  readonly userId?: string
  readonly sid?: Buffer
  readonly kinds?: readonly EventKind[]
  /** Including this time. */
  readonly from?: number
  /** Excluding this time. */
  readonly before?: number
}

/** The number of events of a kind in one period. */
export interface EventCount {
  /** The start of the period: a multiple of its length, epoch milliseconds. */
  readonly start: number
  readonly kind: EventKind
  readonly events: number
}

/** The same event under another key. */
export type EventReseal = Pick<EventRow, 'sid' | 'id' | 'data'> & { readonly keyId: number }

/** The place of an event in the order of {@link SessionEventRows.list}. */
export type EventPlace = Pick<EventRow, 'at' | 'id' | 'sid'>

/** The table of events. A custom storage may omit it: then the option `history` is refused. */
export interface SessionEventRows {
  /** The name of the table, without quotes; with its schema where it has one. */
  readonly table: string
  /** Inserts events in few statements. An event that is already stored stays as it is, so a retry is harmless. */
  insertMany(events: readonly EventRow[]): Promise<void>
  /** At most `limit` events, the newest first: by `at`, `id` and `sid`, all descending, after `behind`. */
  list(filter: EventFilter, behind: EventPlace | undefined, limit: number): Promise<EventRow[]>
  count(filter: EventFilter): Promise<number>
  /** Counts the events of a filter by period and kind, in the order of the periods. */
  activity(filter: EventFilter, periodMs: number): Promise<EventCount[]>
  /** At most `limit` keys of sessions that have events of this user, after `after`, in ascending order. */
  sessionsOf(userId: string, after: Buffer, limit: number): Promise<Buffer[]>
  /**
   * Erases the user and the details of the events of these sessions that have this user or none, and returns how many.
   */
  erase(sids: readonly Buffer[], userId: string): Promise<number>
  /** At most `limit` events that another key sealed, in the order of `sid` and `id`, after `after`. */
  sealedByOthers(keyId: number, after: Pick<EventRow, 'sid' | 'id'> | undefined, limit: number): Promise<EventRow[]>
  /** False when the event was erased or deleted. */
  reseal(reseal: EventReseal): Promise<boolean>
  /** Counts the events that each key has sealed. */
  countByKey(): Promise<{ readonly keyId: number; readonly rows: number }[]>
  /** Deletes at most `limit` events from before this time, the oldest first, and returns how many. */
  trim(before: number, limit: number): Promise<number>
  /**
   * Checks that the table exists with all columns.
   * @throws `FST_STORED_SESSION_MISSING_TABLE`
   */
  check(): Promise<void>
}
