import type { EventKind } from '../../database/contract/session-database.ts'
import type { Visitor } from '../live/live-session.ts'

/** The part of an event that is sealed. */
export interface EventDetails {
  /** The operator who did it. */
  readonly actor?: string
  /** Why a session ended or does not open, that it left its user, or that its id was renewed. */
  readonly reason?: string
  /** What the request showed of its client, packed. */
  readonly metadata?: Uint8Array
  /** The client of the last use by the current id, packed: for an old id that was reused. */
  readonly holder?: Uint8Array
  /** The id of the session before, hashed. */
  readonly previousSid?: Uint8Array
  /** The numbers of sessions and of events that an operation concerned. */
  readonly sessions?: number
  readonly events?: number
  /** Rows that a change of keys could not open, and rows that it left. */
  readonly unreadable?: number
  readonly remaining?: number
  /** What a revocation was limited to. */
  readonly filter?: readonly string[]
}

/** Something to record. */
export interface Happening {
  readonly sid: Buffer
  readonly kind: EventKind
  /** The owner of the session at this time. */
  readonly userId: string | null
  readonly details?: EventDetails
  readonly visitor?: Visitor | undefined
  /** A time that all processes agree on, epoch milliseconds, so that an event that several find is stored once. */
  readonly agreedAt?: number
  /** Whether its user was forgotten: it is stored without details. */
  readonly isErased?: boolean
}

/** Records what happens to sessions, for the option `history`. */
export interface SessionHistory {
  /** Milliseconds. */
  readonly retain: number
  /** Events that wait to be stored. */
  readonly waiting: number
  /**
   * Records an event.
   *
   * @returns with `strict` a promise that resolves when it is stored; otherwise undefined
   * @throws with `strict`, by the promise: `FST_STORED_SESSION_UNAVAILABLE`
   */
  record(happening: Happening): Promise<void> | undefined
  /** Records what an operator did, and stores it with all events that wait. Rejects only with `strict`. */
  recordNow(happening: Happening): Promise<void>
  /** Stores the waiting events. Never rejects: a failure is an event, and the events stay. */
  flush(): Promise<void>
  /** Stores the waiting events, and accepts no more. Never rejects. */
  close(): Promise<void>
  /** Removes a user and all details from waiting events: of this user, and of these sessions without a user. */
  forget(userId: string, sids: ReadonlySet<string>): number
  /** Notes the owner of a session, because its row does not show it after the end. */
  noteOwner(sid: Buffer, userId: string | null): void
  /** The owner of a session as last noted; undefined when this process has not seen it recently. */
  ownerOf(sid: Buffer): string | null | undefined
  /** Notes the client of the request that uses a session, for an end that only names the session. */
  noteVisitor(id: string, visitor: Visitor): void
  /** The client as last noted, while its request runs. */
  visitorOf(id: string): Visitor | undefined
}

/** The key of events about many sessions. */
export const MANY = Buffer.alloc(32)
