import { notes } from './private-notes.ts'

/** The stored part of a cookie: its lifetime. The flags always come from the configuration. */
export interface CookieLifetime {
  /** Whole milliseconds from the last use; null where the application removed the lifetime of the configuration. */
  originalMaxAge?: number | null
  /** A fixed date, epoch milliseconds. */
  expires?: number
}

/** What is stored beside the lifetime of a cookie, and no application sees. Epoch milliseconds. */
export interface StoredTimes {
  /** When the session got its id by a rotation; absent with its first id, and without `rotateEvery`. */
  renewedAt?: number
  /** When the user last confirmed who they are, or signed in to a session that existed before. */
  provenAt?: number
}

/** The stored part of a cookie. */
export type StoredCookie = CookieLifetime & StoredTimes

/** The client of a request, for the metadata of its session. */
export interface Visitor {
  /** What the request shows of its client, packed; the same at each call. Never rejects. */
  packed(): Buffer | Promise<Buffer>
}

/** The cookie of a live session, as @fastify/session makes it. */
export interface LiveCookie {
  originalMaxAge?: number | null
  expires?: Date | null
  maxAge?: number | null
}

/** A session as @fastify/session passes it to a store. */
export type LiveSession = Record<string, unknown> & { cookie?: LiveCookie }

/** Stands for a row that another request may have changed: a save merges that change. Row versions start at 1. */
export const UNKNOWN_VERSION = 0

/** One version of a stored session, which a save compares with and builds on. */
export interface StoredVersion {
  readonly version: number
  readonly createdAt: number
  /** The plaintext as loaded or last saved. */
  readonly plaintext: Uint8Array
  /** Whether JSON showed its whole content at the load. Then the content also has exactly one encoding. */
  readonly isJsonVisible: boolean
  /** The column as it was read or last written; null without one. */
  readonly metadata: Buffer | null
  /** The same of the device that the session is bound to; undefined for a storage that keeps none. */
  readonly binding: Buffer | null | undefined
}

/** The current row of a session whose request holds an earlier id, which may change the session all the same. */
export interface FollowedRow {
  readonly sid: Buffer
  /** What the id of the row adds to the keys, where payloads are bound to cookies. */
  readonly share: Buffer | undefined
  /** Whether nobody has used the id of the row: then the response may give the session another one. */
  readonly isUnused: boolean
}

/** The stored version that the content of a live session comes from. */
export interface LoadedVersion extends StoredVersion {
  /** Whether the load renewed the last use, so that the cookie should be renewed too. */
  readonly touched: boolean
  /** The sid of the row that was read, where a request read it by a rotated id. */
  readonly currentSid?: Buffer | undefined
  /** Whether a request read it by a rotated id: then the request must not change it, unless `followed` is there. */
  readonly hasOldId: boolean
  readonly followed?: FollowedRow | undefined
  readonly lifetime: StoredCookie
  /** The last use that this request knows, epoch milliseconds; another request may have used the session later. */
  readonly usedAt: number
  /** Whether a statement of this request wrote it, so that its id is current. */
  readonly isWritten: boolean
}

/** When a cookie was first seen, and the date that the host had given it by then. */
export interface Beginning {
  readonly cookie: LiveCookie
  readonly at: number
  readonly expires: unknown
}

/** The private state of a live session, which the application cannot see. */
class SessionNote {
  /** Undefined for a session that was never stored. */
  loadedVersion: LoadedVersion | undefined
  beginning: Beginning | undefined
  /** Who uses the session; undefined unless the application keeps metadata. */
  visitor: Visitor | undefined
  /**
   * `new`: the session was made with a new id. `named`: the request named the id, but nothing was loaded, as when
   * `reload()` finds no session any more. The store never inserts a `named` session.
   */
  origin: 'new' | 'named' | undefined
  /** Whether a save found that the session has ended or no longer exists. */
  isGone = false
  /** Whether its request holds an id that is not current: it may read the session, and must not change the cookie. */
  hasOldId = false
  /** Whether it is the new session of a `regenerate()` that could not end the old session: it is never stored. */
  isRefused = false
  /** Whether it is the new session of a `regenerate(keys)` with an old id, which passes nothing to it. */
  isWithheld = false
  /** When the user confirmed who they are, in this request; the next save stores it. */
  confirmedAt: number | undefined
  /** The binding that it gets from the session that it replaces, and the row of that session. */
  inherited:
    | { readonly stored: Buffer; readonly from: { readonly sid: Buffer; readonly createdAt: number } }
    | undefined
  /** Whether its request stored it for the first time, so that its browser gets the first cookie of the session. */
  isFirst = false
  /** Whether its last save failed. */
  isUnsaved = false
  /** A write that got no answer: what it would have stored, and what of that this session had. */
  attempt: { readonly plaintext: Uint8Array; readonly snapshot: Uint8Array } | undefined
}

const all = notes<SessionNote>()

/** The note of a live session. */
export function noteOf(session: object): SessionNote {
  const known = all.get(session)
  if (known) return known
  const note = new SessionNote()
  all.set(session, note)
  return note
}
