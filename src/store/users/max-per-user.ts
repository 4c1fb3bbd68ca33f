import type { ListedRow } from '../../database/contract/session-database.ts'
import { TooManySessionsError } from '../../errors.ts'
import { formatSid } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { listingOf, momentOf } from '../core/core.ts'
import { endNow } from '../core/lifetime.ts'
import { recordEnd, recordRefusal } from '../history/session-changes.ts'
import type { SessionContent } from '../live/content.ts'
import type { StoredVersion } from '../live/live-session.ts'
import { addReservation, dropReservation, takeSlot } from './session-slots.ts'

/** The most sessions of one user that one statement lists. */
const PAGE = 1_000

/**
 * Applies the limit of sessions per user to the writes of one row. Only a write that changes the user of the session
 * costs a statement.
 */
export class UserChange {
  readonly #core: StoreCore
  readonly #sid: Buffer
  readonly #reserved = new Set<string>()

  constructor(core: StoreCore, sid: Buffer) {
    this.#core = core
    this.#sid = sid
  }

  /**
   * Call it before the write. With `'refuse'` it takes a place for the new user of the row.
   *
   * @throws `FST_STORED_SESSION_TOO_MANY` when all places are taken
   */
  async begin(base: StoredVersion | undefined, userId: string | null): Promise<void> {
    const { userLimit } = this.#core
    if (userLimit?.evict !== 'refuse' || userId === null || this.#reserved.has(userId)) return
    if (userId === ownerOf(this.#core, base)) return
    await takeSlot(this.#core, userId, this.#sid, userLimit.most).catch((error) => {
      if (error instanceof TooManySessionsError) recordRefusal(this.#core, this.#sid, userId)
      throw error
    })
    this.#reserved.add(userId)
  }

  /** Call it after the write. It ends the new user's sessions above the limit, and releases the former user's place. */
  async end(base: StoredVersion | undefined, userId: string | null): Promise<void> {
    if (!this.#core.userLimit) return
    const owner = ownerOf(this.#core, base)
    if (userId === owner) return
    this.#reserved.delete(userId ?? '')
    if (owner !== null) this.#reserved.add(owner)
    if (userId !== null) await evictExcess(this.#core, userId)
  }

  /** Releases places that are not needed, because a merge brought another user or nothing was written. */
  async settle(): Promise<void> {
    if (this.#core.userLimit?.evict !== 'refuse') return
    for (const userId of this.#reserved) await dropReservation(this.#core, userId, this.#sid).catch(() => {})
  }
}

function ownerOf({ codec, userOf }: StoreCore, base: StoredVersion | undefined): string | null {
  return base ? userOf(codec.deserialize(base.plaintext) as SessionContent) : null
}

/** Keeps the place of a session while its id is rotated: other requests count its old or its new row, never both. */
export class HeirSlot {
  readonly #core: StoreCore
  readonly #newSid: Buffer
  readonly #oldSid: Buffer
  #userId: string | null = null

  constructor(core: StoreCore, newSid: Buffer, oldSid: Buffer) {
    this.#core = core
    this.#newSid = newSid
    this.#oldSid = oldSid
  }

  /** Keeps the place for the present user of the session. */
  async keepFor(userId: string | null): Promise<void> {
    if (this.#core.userLimit?.evict !== 'refuse' || userId === this.#userId) return
    if (this.#userId !== null) await dropReservation(this.#core, this.#userId, this.#newSid)
    this.#userId = userId
    if (userId !== null) await addReservation(this.#core, userId, this.#newSid, this.#oldSid)
  }
}

/**
 * Ends the sessions of a user above the limit.
 *
 * No sign-in waits for another. Each sign-in stores its own session, then lists all sessions of the user, and ends the
 * sessions above the limit in an order that is the same for all sign-ins. Of concurrent sign-ins, the last to store its
 * session sees all of them, so no more than `most` sessions are left when all have their answer. A rotation does the
 * same, because its session is not listed for a moment.
 */
export async function evictExcess(core: StoreCore, userId: string): Promise<void> {
  if (!core.userLimit || core.userLimit.evict === 'refuse') return
  const { most, evict: order } = core.userLimit
  const recorded: unknown[] = []
  for (;;) {
    const state = { is: 'live', ...momentOf(core.limits) } as const
    const rows = await listingOf(core).list({ userId, state }, undefined, PAGE + most)
    // The listing has the newest session first, and a fixed order for sessions of the same moment.
    const ranked = order === 'oldest' ? rows : rows.toSorted(byLastUse)
    let isDone = rows.length < PAGE + most
    for (const { sid } of ranked.slice(most)) {
      const isEnded = await core.rows.end(sid, endNow(core, 'evicted'))
      if (isEnded) {
        core.events.emit('evicted', { sid: formatSid(sid) })
        recorded.push(recordEnd(core, sid, 'evicted', userId))
      }
      // Another request ended the session, or it continues under another id: list again.
      else isDone = false
    }
    if (isDone) break
  }
  await Promise.all(recorded)
}

function byLastUse(one: ListedRow, other: ListedRow): number {
  return other.touchedAt - one.touchedAt || other.createdAt - one.createdAt || Buffer.compare(other.sid, one.sid)
}
