import type { ListedRow } from '../../database/contract/session-database.ts'
import { formatSid } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { listingOf, momentOf } from '../core/core.ts'
import { endNow } from '../core/lifetime.ts'
import type { SessionContent } from '../live/content.ts'
import type { StoredVersion } from '../live/live-session.ts'
import { addReservation, dropReservation, takeSlot } from './session-slots.ts'

/** Sessions of one user that one statement lists. */
const PAGE = 1_000

/**
 * Holds what is written to one row to the number of sessions that a user may have. Only what makes a session that of
 * another user costs anything.
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
   * Before a row is written: with `'refuse'` takes a place for its new user.
   *
   * @throws `FST_STORED_SESSION_TOO_MANY` when all are taken
   */
  async begin(base: StoredVersion | undefined, userId: string | null): Promise<void> {
    const { userLimit } = this.#core
    if (userLimit?.evict !== 'refuse' || userId === null || this.#reserved.has(userId)) return
    if (userId === ownerOf(this.#core, base)) return
    await takeSlot(this.#core, userId, this.#sid, userLimit.most)
    this.#reserved.add(userId)
  }

  /** After it was written: ends what its new user has too much of, and gives back the place of the former one. */
  async end(base: StoredVersion | undefined, userId: string | null): Promise<void> {
    if (!this.#core.userLimit) return
    const owner = ownerOf(this.#core, base)
    if (userId === owner) return
    this.#reserved.delete(userId ?? '')
    if (owner !== null) this.#reserved.add(owner)
    if (userId !== null) await evictExcess(this.#core, userId)
  }

  /** Gives back the places that are not needed: a merge brought another user, or nothing was written. */
  async settle(): Promise<void> {
    if (this.#core.userLimit?.evict !== 'refuse') return
    for (const userId of this.#reserved) await dropReservation(this.#core, userId, this.#sid).catch(() => {})
  }
}

function ownerOf({ codec, userOf }: StoreCore, base: StoredVersion | undefined): string | null {
  return base ? userOf(codec.deserialize(base.plaintext) as SessionContent) : null
}

/** Keeps the place of a session while its id is rotated: others count its old row or its new one, never both. */
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

  /** Keeps it for whom the session belongs to now. */
  async keepFor(userId: string | null): Promise<void> {
    if (this.#core.userLimit?.evict !== 'refuse' || userId === this.#userId) return
    if (this.#userId !== null) await dropReservation(this.#core, this.#userId, this.#newSid)
    this.#userId = userId
    if (userId !== null) await addReservation(this.#core, userId, this.#newSid, this.#oldSid)
  }
}

/**
 * Ends the sessions that a user has too many of.
 *
 * No sign-in waits for another: each lists all sessions of the user after its own is stored, and ends those
 * above the limit, in an order that is the same for all sign-ins. Of any number at once the last to be stored sees
 * them all, so that no more than `most` are left when all have been answered. A rotation does the same: its session
 * was not seen for a moment.
 */
export async function evictExcess(core: StoreCore, userId: string): Promise<void> {
  if (!core.userLimit || core.userLimit.evict === 'refuse') return
  const { most, evict: order } = core.userLimit
  for (;;) {
    const state = { is: 'live', ...momentOf(core.limits) } as const
    const rows = await listingOf(core).list({ userId, state }, undefined, PAGE + most)
    // The listing has the newest first, and puts those of one moment in order too.
    const ranked = order === 'oldest' ? rows : rows.toSorted(byLastUse)
    let isDone = rows.length < PAGE + most
    for (const { sid } of ranked.slice(most)) {
      const isEnded = await core.rows.end(sid, endNow(core, 'evicted'))
      if (isEnded) core.events.emit('evicted', { sid: formatSid(sid) })
      // Another request ended it, or it continues under another id.
      else isDone = false
    }
    if (isDone) return
  }
}

function byLastUse(one: ListedRow, other: ListedRow): number {
  return other.touchedAt - one.touchedAt || other.createdAt - one.createdAt || Buffer.compare(other.sid, one.sid)
}
