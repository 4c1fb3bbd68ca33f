import { InvalidOptionsError } from '../../errors.ts'
import type { ForeignClient } from '../../metadata/foreign-use.ts'
import { type ImportedSession, importedSession } from '../../payload/imported.ts'
import type { StoreCore } from '../core/core.ts'
import { usableLifetime } from '../core/lifetime.ts'
import { refuseReservedNames, type SessionContent } from '../live/content.ts'

/** A session of another store. */
export interface ForeignSession extends ForeignClient {
  /** The session id in plaintext, without the prefix of a cookie or of a key. */
  readonly id: string
  /** The content of the session: JSON or msgpack. */
  readonly data: Buffer
  /** When the other store ends the session, epoch milliseconds; undefined if only its cookie has a date. */
  readonly expiresAt?: number | undefined
}

/** All values of {@link SkipReason}. */
export const skipReasons = ['over', 'exists', 'invalidId', 'unreadable', 'unstorable', 'tooLarge'] as const

/**
 * Why an import skips a session. `over`: the session has expired. `exists`: the store has a row of the session, perhaps an
 * ended one. `invalidId`: the id is invalid. `unreadable`: the content is no JSON object. `unstorable`: the content has
 * reserved names or values that cannot be stored, or `user` refuses it. `tooLarge`: it has more than `maxBytes`.
 *
 * @useDeclaredType
 */
export type SkipReason = (typeof skipReasons)[number]

/** A count for each reason. */
export const noneSkipped = () =>
  Object.fromEntries(skipReasons.map((reason) => [reason, 0])) as Record<SkipReason, number>

/** The content of a session as a row stores it. */
export interface StoredForm {
  readonly plaintext: Uint8Array
  readonly userId: string | null
}

/** The session in these bytes; undefined when they contain none. */
export function readForeign(data: Buffer): ImportedSession | undefined {
  try {
    return importedSession(data)
  } catch {
    return undefined
  }
}

/**
 * The stored form of a session, or why it cannot be stored.
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
