import type { ListedRow } from '../database/session-database.ts'
import { formatSid } from '../payload/session-id.ts'
import type { SessionContent } from './content.ts'
import type { StoreCore } from './core.ts'
import { endNow } from './ending.ts'
import { listingOf } from './listing.ts'
import type { StoredVersion } from './provenance.ts'
import { momentOf } from './session-filter.ts'
import type { UserLimit } from './user-limit.ts'
import { leavePlace, takePlace } from './user-places.ts'

/** Sessions of one user that one statement lists. */
const PAGE = 1_000

/**
 * Runs a save, and when it made the session that of another user than before, ends what this user has too much of. Other
 * saves cost nothing.
 *
 * Nobody waits for anybody: whoever signs in looks at all sessions of the user after its own is stored, and ends those
 * that are too many by an order in which everybody puts them alike. Of any number at once the last to be stored sees
 * them all, so that no more than `most` are left when all have been answered.
 */
export async function withinMost<Outcome>(
  core: StoreCore,
  save: { readonly sid: Buffer; readonly base: StoredVersion | undefined; readonly userId: string | null },
  store: () => Promise<Outcome>,
): Promise<Outcome> {
  const { userLimit: limit } = core
  if (!limit) return store()
  const before = userBefore(core, save.base)
  if (save.userId === before) return store()
  if (limit.evict === 'refuse') return inPlace(core, save, before, limit.most, store)
  const outcome = await store()
  // A merge may have brought another user.
  if (save.userId !== null && save.userId !== before) await evict(core, limit, save.userId)
  return outcome
}

/** Takes a place for the session of the new user first, and gives back that with the former one. */
async function inPlace<Outcome>(
  core: StoreCore,
  { sid, userId }: { readonly sid: Buffer; readonly userId: string | null },
  before: string | null,
  most: number,
  store: () => Promise<Outcome>,
): Promise<Outcome> {
  if (userId !== null) await takePlace(core, userId, sid, most)
  try {
    const outcome = await store()
    if (before !== null) await leavePlace(core, before, sid)
    return outcome
  } catch (error) {
    if (userId !== null) await leavePlace(core, userId, sid).catch(() => {})
    throw error
  }
}

function userBefore({ codec, userOf }: StoreCore, base: StoredVersion | undefined): string | null {
  return base ? userOf(codec.deserialize(base.plaintext) as SessionContent) : null
}

async function evict(core: StoreCore, { most, evict: order }: UserLimit, userId: string): Promise<void> {
  for (;;) {
    const state = { is: 'live', ...momentOf(core.limits) } as const
    const rows = await listingOf(core).list({ userId, state }, undefined, PAGE + most)
    // The listing has the newest first, and puts those of one moment in order too.
    const ranked = order === 'oldest' ? rows : rows.toSorted(byLastUse)
    let isDone = rows.length < PAGE + most
    for (const { sid } of ranked.slice(most)) {
      const isEnded = await core.database.end(sid, endNow(core, 'evicted'))
      if (isEnded) core.events.emit('evicted', { sid: formatSid(sid) })
      // Somebody else ended it meanwhile, or it goes on under another id.
      else isDone = false
    }
    if (isDone) return
  }
}

function byLastUse(one: ListedRow, other: ListedRow): number {
  return other.touchedAt - one.touchedAt || other.createdAt - one.createdAt || Buffer.compare(other.sid, one.sid)
}
