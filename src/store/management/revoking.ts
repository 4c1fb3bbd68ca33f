import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RowFilter, SessionListing } from '../../database/contract/session-database.ts'
import { inDatabase } from '../../instruments/measures.ts'
import type { StoreCore } from '../core/core.ts'
import { BEFORE_ALL, listingOf } from '../core/core.ts'
import { type SessionHandle, sidOfHandle } from '../core/handle.ts'
import { endNow } from '../core/lifetime.ts'
import type { Operation } from '../core/operation.ts'
import { OptionChecks } from '../options/option-checks.ts'
import { endSuccessor } from '../requests/ending.ts'
import { endOthers } from './ending-others.ts'
import { checkObject, checkUser, given, refuseUndefined, timeOf } from './session-filter.ts'

/** Which sessions to end: at least `user`, `handle`, `before` or `all`; of several, those for which all hold. */
export interface RevokeFilter {
  /** The sessions of this user. Needs the `user` option where they are stored. */
  user?: string
  /** This one session; with `user` only if it belongs to that user. */
  handle?: SessionHandle
  /** The sessions that were created before this. */
  before?: Date
  /** The sessions of all users. */
  all?: true
  /** But not this session. */
  except?: SessionHandle
  /** Count only, and end nothing. @defaultValue false */
  dryRun?: boolean
  /** Stops before the next batch, and rejects with its reason: what was ended stays so. For `before` and `all`. */
  signal?: AbortSignal
  /** Told after every batch how many sessions were ended so far. */
  onProgress?: (revoked: number) => void
}

/** What a revocation did. */
export interface RevokeResult {
  /** Sessions ended, or with `dryRun` those that would be: also those past a deadline that are stored still. */
  revoked: number
}

/** Rows that one statement ends, where it is not bound to a user: longer ones would hold up others. */
const BATCH = 500

/**
 * Ends sessions permanently. Whatever was stored when it is called is ended when it resolves, whatever saves are under way;
 * one that is stored meanwhile may be. After a failure it can be repeated: what was ended stays so.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`; `FST_STORED_SESSION_INVALID_HANDLE` for a handle that is none;
 * `FST_STORED_SESSION_LOST_ROTATION` for one from before the id was rotated, when its row does not tell where the session
 * went, as with `bindToCookie`
 */
export async function revokeSessions(
  core: StoreCore,
  { measures }: Operation,
  options: RevokeFilter,
): Promise<RevokeResult> {
  const { filter, dryRun } = checkFilter(options)
  const [only, ...more] = Object.keys(filter)
  const isPlain = !dryRun && more.length === 0
  const now = () => endNow(core, 'revoked')
  if (isPlain && only === 'userId') {
    return { revoked: await untilNone(() => core.rows.endUser(filter.userId!, now(), measures)) }
  }
  if (isPlain && only === 'sid') {
    return { revoked: await revokeOne(core, filter.sid!, (sid) => core.rows.end(sid, now(), measures)) }
  }
  const listing = listingOf(core)
  const end = (part: RowFilter) =>
    dryRun
      ? listing.count({ ...part, isUnended: true })
      : untilNone(() => inDatabase(measures, listing.endAll(part, now())))
  if (filter.sid) {
    return { revoked: await revokeOne(core, filter.sid, async (sid) => (await end({ ...filter, sid })) > 0) }
  }
  const batches = inBatches(listing, end, options)
  const all = (wanted: RowFilter) => (filter.userId === undefined ? batches(wanted) : end(wanted))
  const { exceptSid, ...wanted } = filter
  if (!exceptSid) return { revoked: await all(wanted) }
  return { revoked: await endOthers(core, { filter: wanted, exceptSid, dryRun }, all) }
}

// A handle from before the id was rotated is good as long as its row can tell where the session went.
async function revokeOne(core: StoreCore, sid: Buffer, end: (sid: Buffer) => Promise<boolean>): Promise<number> {
  return Number((await end(sid)) || (await endSuccessor(core, sid, {}, end)))
}

/** Limit of repeated statements; a user who signs in during all of them keeps the later sessions. */
const MOST_ROUNDS = 10

/**
 * Repeats a statement that ends rows until it finds none, and once at least. PostgreSQL decides by what was there when a
 * statement began: of a session whose id is rotated meanwhile, the old row is over when the statement comes to it, and the
 * new one is not seen.
 */
async function untilNone(end: () => Promise<number>): Promise<number> {
  let ended = 0
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const found = await end()
    ended += found
    if (found === 0 && round > 1) break
  }
  return ended
}

/**
 * Goes through the rows in the order in which they were created, which is the one thing that never changes of a session:
 * whatever becomes of it meanwhile, it is not missed.
 */
function inBatches(
  listing: SessionListing,
  end: (part: RowFilter) => Promise<number>,
  { signal, onProgress }: RevokeFilter,
): (filter: RowFilter) => Promise<number> {
  let ended = 0
  return async (filter) => {
    const { createdFrom = BEFORE_ALL + 1, createdBefore = Number.POSITIVE_INFINITY } = filter
    const before = ended
    for (let after = createdFrom - 1; ; ) {
      signal?.throwIfAborted()
      const last = await listing.nthCreation(after, BATCH)
      const isLast = last === undefined || last >= createdBefore
      ended += await end({ ...filter, createdFrom: after + 1, ...(isLast ? {} : { createdBefore: last + 1 }) })
      onProgress?.(ended)
      if (isLast) return ended - before
      after = last
      // SQLite works inside the call: let requests have their turn.
      await nextTurn()
    }
  }
}

const NAMES = ['user', 'handle', 'before', 'all', 'except', 'dryRun'] as const
const LEAST = 'revoke() needs user, handle or before, or all: true to end the sessions of everybody'

function checkFilter(options: RevokeFilter): { filter: RowFilter; dryRun: boolean } {
  const checks = new OptionChecks()
  checkObject('revoke()', options, checks)
  checks.names(options, [...NAMES, 'signal', 'onProgress'])
  refuseUndefined(options, NAMES, checks)
  const { user, handle, before, all, except } = options
  if (user !== undefined) checkUser(user, checks)
  if (all !== undefined && all !== true) checks.fault('all', 'must be true; omit it otherwise')
  if ([user, handle, before, all].every((wish) => wish === undefined)) checks.faults.push(LEAST)
  checkCombination(options, checks)
  const createdBefore = timeOf('before', before, checks)
  if (options.signal && !(options.signal instanceof AbortSignal)) checks.fault('signal', 'must be an AbortSignal')
  checks.optionalFunction('onProgress', options.onProgress)
  const dryRun = checks.boolean('dryRun', options.dryRun, false)
  checks.done()
  const sid = handle === undefined ? undefined : sidOfHandle('handle', handle)
  const exceptSid = except === undefined ? undefined : sidOfHandle('except', except)
  return { filter: given({ userId: user, sid, createdBefore, exceptSid }), dryRun }
}

function checkCombination({ user, handle, before, all, except }: RevokeFilter, checks: OptionChecks): void {
  if (all !== undefined && [user, handle, before].some((wish) => wish !== undefined)) {
    checks.fault('all', 'cannot be combined with user, handle or before; omit all, or omit those')
  }
  if (handle !== undefined && (except !== undefined || before !== undefined)) {
    checks.fault('handle', 'names one session, and cannot be combined with except or before; omit those')
  }
}
