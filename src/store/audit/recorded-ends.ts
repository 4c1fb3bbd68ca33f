import type { ListedRow, RowFilter } from '../../database/contract/session-database.ts'
import { sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { listingOf } from '../core/core.ts'
import { MANY } from '../core/history.ts'
import { endNow } from '../core/lifetime.ts'
import { recordEnd } from '../history/session-changes.ts'

/** Sessions that one statement lists. */
const PAGE = 500
/** Statements that end sessions at a time. */
const TOGETHER = 16

/** Who ends sessions, and what of them is recorded. */
interface EndRecord {
  readonly actor?: string | undefined
  /** Whether the users are forgotten: then their ends are recorded without any detail. */
  readonly isErased?: boolean
}

/**
 * Ends the unended rows of a filter one by one, and records each session that ended.
 *
 * @returns the number of rows that ended
 */
export async function endListed(core: StoreCore, filter: RowFilter, record: EndRecord): Promise<number> {
  let ended = 0
  let behind: ListedRow | undefined
  for (;;) {
    const page = await listingOf(core).list({ ...filter, isUnended: true }, behind, PAGE)
    for (let start = 0; start < page.length; start += TOGETHER) {
      const part = page.slice(start, start + TOGETHER)
      const ends = await Promise.all(part.map((row) => endOne(core, row, record)))
      ended += ends.filter(Boolean).length
    }
    // The queue of events is bounded, and this call may end more sessions than it holds.
    await core.history?.flush()
    if (page.length < PAGE) return ended
    behind = page.at(-1)
  }
}

async function endOne(core: StoreCore, { sid, userId }: ListedRow, { actor, isErased }: EndRecord): Promise<boolean> {
  if (!(await core.rows.end(sid, endNow(core, 'revoked')))) return false
  if (isErased) await core.history?.record({ sid, kind: 'ended', userId: null, isErased })
  else await recordEnd(core, sid, 'revoked', userId, { actor })
  return true
}

/** The key of what operators did to a user: a hash of a text that no cookie can hold. */
const sidOfUser = (userId: string) => sidOf(`stored-session/history\0${userId}`)

/** What is recorded of an operation on the sessions of a filter. */
interface OperationRecord {
  /** The options, by name. */
  readonly names: object
  readonly sessions: number
  readonly actor: string | undefined
  readonly unreadable?: number
  readonly remaining?: number
}

/**
 * Records what an operator did to the sessions of a filter. For one user the event has a key of this user, so that it can
 * be forgotten with the user and apart from the events of others.
 */
export async function recordOperation(
  { history }: StoreCore,
  kind: 'revoked' | 'updated',
  { userId, sid }: RowFilter,
  { names, actor, ...counts }: OperationRecord,
): Promise<void> {
  const filter = Object.keys(names).filter((name) => FILTERS.includes(name))
  const details = { filter, ...counts, ...(actor !== undefined && { actor }) }
  const key = sid ?? (userId === undefined ? MANY : sidOfUser(userId))
  await history?.recordNow({ sid: key, kind, userId: userId ?? null, details })
}

const FILTERS = ['user', 'handle', 'before', 'all', 'except']
