import { notes } from './private-notes.ts'

/** What a session keeps of its cookie: how long it lives. Flags come from the configuration, always. */
export interface CookieLifetime {
  /** Whole milliseconds from the last use. */
  originalMaxAge?: number
  /** Epoch milliseconds, fixed. */
  expires?: number
}

/** The cookie of a live session, as @fastify/session makes it. */
export interface LiveCookie {
  originalMaxAge?: number | null
  expires?: Date | null
  maxAge?: number | null
}

/** A session as @fastify/session hands it to a store. */
export type LiveSession = Record<string, unknown> & { cookie?: LiveCookie }

/** The version of a row that others may have changed: a save under it merges what they stored. Rows count from 1. */
export const UNKNOWN_VERSION = 0

/** One version of a stored session: what a save compares with and builds on. */
export interface StoredVersion {
  readonly version: number
  readonly createdAt: number
  /** The plaintext as loaded or last saved. */
  readonly plaintext: Uint8Array
  /** Whether JSON told everything about it when it was loaded; then it also has one encoding alone. */
  readonly isJsonVisible: boolean
}

/** Where the content of a live session comes from. */
export interface LoadedVersion extends StoredVersion {
  /** Whether loading it renewed its last use, so that its cookie should be renewed too. */
  readonly touched: boolean
  /** Whether it was read by an id that has been rotated: then it is to be read and no more. */
  readonly hasOldId: boolean
  readonly lifetime: CookieLifetime
  /** The last use as far as it is known here, epoch milliseconds; others may have used it later. */
  readonly usedAt: number
  /** Whether a statement of this very request wrote it, so that its id is the present one. */
  readonly isWritten: boolean
}

/** When a cookie was seen first, and the date that the host had given it by then. */
export interface Beginning {
  readonly cookie: LiveCookie
  readonly at: number
  readonly expires: unknown
}

/** What is known of a live session, and nobody else sees. */
export class SessionNote {
  /** Undefined for one that was never stored. */
  loadedVersion: LoadedVersion | undefined
  beginning: Beginning | undefined
  /**
   * Whether it was made with an id of its own (`new`), or for an id that somebody named, though nothing was loaded
   * (`named`): what `reload()` makes of a session that is not there any more, and what is never inserted.
   */
  origin: 'new' | 'named' | undefined
  /** Whether a save found that it had ended, or was not there any more. */
  isGone = false
  /** Whether its request holds an id that is not the present one: it may read on, and must leave the cookie alone. */
  hasOldId = false
  /** Whether it is the new session of a `regenerate()` that could not end the old one: it is never stored. */
  isRefused = false
  /** Whether it is the new session of a `regenerate()` with keys by an old id, to which nothing was passed in. */
  isWithheld = false
  /** Whether its last save failed. */
  isUnsaved = false
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
