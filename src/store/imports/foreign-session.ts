import { InvalidOptionsError } from '../../errors.ts'
import { type ImportedSession, importedSession } from '../../payload/imported.ts'
import type { StoreCore } from '../core/core.ts'
import { usableLifetime } from '../core/lifetime.ts'
import { refuseReservedNames, type SessionContent } from '../live/content.ts'

/** A session as another store has it. */
export interface ForeignSession {
  /** The session id in plaintext, without the prefix of a cookie or of a key. */
  readonly id: string
  /** Its content: JSON, or msgpack. */
  readonly data: Buffer
  /** When the other store ends it, epoch milliseconds; undefined where it only has what the cookie says. */
  readonly expiresAt?: number | undefined
}

/**
 * Why sessions are left out: they are over; they are here already, or were, and may have ended since; their id is none;
 * they are no JSON object, or hold reserved names; they hold what cannot be stored, or `user` refuses them; they have
 * more than `maxBytes`.
 */
export const skipReasons = ['over', 'exists', 'invalidId', 'unreadable', 'unstorable', 'tooLarge'] as const

export type SkipReason = (typeof skipReasons)[number]

/** A count for each reason. */
export const noneSkipped = () =>
  Object.fromEntries(skipReasons.map((reason) => [reason, 0])) as Record<SkipReason, number>

/** What a row has of the content of a session. */
export interface StoredForm {
  readonly plaintext: Uint8Array
  readonly userId: string | null
}

/** The session in these bytes, or undefined when there is none. */
export function readForeign(data: Buffer): ImportedSession | undefined {
  try {
    return importedSession(data)
  } catch {
    return undefined
  }
}

/**
 * What is stored of a session, or why it cannot be.
 *
 * @param createdAt - when the session counts as created: its cookie gets no lifetime beyond the absolute timeout
 */
export function storedForm(core: StoreCore, content: SessionContent, createdAt: number): StoredForm | SkipReason {
  try {
    refuseReservedNames(content)
    const cookie = usableLifetime(core.limits, content.cookie, createdAt)
    const plaintext = core.codec.serialize({ ...content, cookie })
    return plaintext.length > core.maxBytes ? 'tooLarge' : { plaintext, userId: core.userOf(content) }
  } catch (error) {
    if (error instanceof InvalidOptionsError) throw error
    return 'unstorable'
  }
}
