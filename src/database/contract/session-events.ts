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
  /** What happened. */
  readonly kind: EventKind
  /** The user of the session at that time; null without a user, and once erased. */
  readonly userId: string | null
  /** When it happened, epoch milliseconds. */
  readonly at: number
  /** The id of the key that sealed `data`; null once erased. */
  readonly keyId: number | null
  /** The sealed details; empty once erased. */
  readonly data: Buffer
}

/** Events that match all of these conditions. */
export interface EventFilter {
  /** Only events of this user's sessions. */
  readonly userId?: string
  /** Only events of the session with this key, 32 bytes. */
  readonly sid?: Buffer
  /** Only events of these kinds. */
  readonly kinds?: readonly EventKind[]
  /** Only events at this time or later, epoch milliseconds. */
  readonly from?: number
  /** Only events before this time, epoch milliseconds. */
  readonly before?: number
}

/** The number of events of a kind in one period. */
export interface EventCount {
  /** The start of the period: a multiple of its length, epoch milliseconds. */
  readonly start: number
  /** The kind of the counted events. */
  readonly kind: EventKind
  /** The number of events. */
  readonly events: number
}

/** The same event under another key. */
export type EventReseal = Pick<EventRow, 'sid' | 'id' | 'data'> & {
  /** The id of the key that sealed `data`. */
  readonly keyId: number
}

/** The number of events that a key has sealed. */
export interface EventKeyCount {
  /** The id of the key. */
  readonly keyId: number
  /** The number of events. */
  readonly rows: number
}

/** The place of an event in the order of {@link SessionEventRows.list}. */
export type EventPlace = Pick<EventRow, 'at' | 'id' | 'sid'>

/** The table of events. A custom storage may omit it: then the option `history` is refused. */
export interface SessionEventRows {
  /** The name of the table, without quotes; with its schema where it has one. */
  readonly table: string
  /**
   * Inserts events in few statements. An event that is already stored stays as it is, so a retry is harmless.
   *
   * @param events - the events, in any order
   */
  insertMany(events: readonly EventRow[]): Promise<void>
  /**
   * Lists events, the newest first: by `at`, `id` and `sid`, all descending.
   *
   * @param filter - which events
   * @param behind - only events after this place; undefined for the first page
   * @param limit - the most events to return
   */
  list(filter: EventFilter, behind: EventPlace | undefined, limit: number): Promise<EventRow[]>
  /**
   * Counts events exactly.
   *
   * @param filter - which events
   */
  count(filter: EventFilter): Promise<number>
  /**
   * Counts events by period and kind, in the order of the periods.
   *
   * @param filter - which events
   * @param periodMs - the length of a period, in milliseconds
   */
  activity(filter: EventFilter, periodMs: number): Promise<EventCount[]>
  /**
   * The keys of sessions that have events of a user, in ascending order.
   *
   * @param userId - the user
   * @param after - only keys after this one
   * @param limit - the most keys to return
   */
  sessionsOf(userId: string, after: Buffer, limit: number): Promise<Buffer[]>
  /**
   * Erases the user and the details of events that have this user or none.
   *
   * @param sids - the keys of the sessions whose events are erased
   * @param userId - the user
   * @returns the number of erased events
   */
  erase(sids: readonly Buffer[], userId: string): Promise<number>
  /**
   * Events that another key sealed, in the order of `sid` and `id`.
   *
   * @param keyId - the key whose events are left out
   * @param after - only events after this one; undefined for the first call
   * @param limit - the most events to return
   */
  sealedByOthers(keyId: number, after: Pick<EventRow, 'sid' | 'id'> | undefined, limit: number): Promise<EventRow[]>
  /**
   * Stores an event under another key. False when the event was erased or deleted.
   *
   * @param reseal - the event with its new data
   */
  reseal(reseal: EventReseal): Promise<boolean>
  /** Counts the events that each key has sealed. */
  countByKey(): Promise<EventKeyCount[]>
  /**
   * Deletes old events, the oldest first.
   *
   * @param before - deletes only events before this time, epoch milliseconds
   * @param limit - the most events to delete
   * @returns the number of deleted events
   */
  trim(before: number, limit: number): Promise<number>
  /**
   * Checks that the table exists with all columns.
   * @throws `FST_STORED_SESSION_MISSING_TABLE`
   */
  check(): Promise<void>
}
