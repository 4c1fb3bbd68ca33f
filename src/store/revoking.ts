import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RowFilter, SessionListing } from '../database/session-database.ts'
import type { StoreCore } from './core.ts'
import { endNow, endSuccessor, latestSid } from './ending.ts'
import { type SessionHandle, sidOfHandle } from './handle.ts'
import { listingOf } from './listing.ts'
import { OptionChecks } from './option-checks.ts'
import { BEFORE_ALL, checkObject, checkUser, given, refuseUndefined, timeOf } from './session-filter.ts'

/** Which sessions to end: at least `user`, `handle`, `before` or `all`; of several, those for which all hold. */
export interface RevokeFilter {
  /** The sessions of this user. Needs the `user` option where they are stored. */
  user?: string
  /** This one session; beside `user` only if it is that user's. */
  handle?: SessionHandle
  /** The sessions that were created before this. */
  before?: Date
  /** The sessions of everybody. */
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
 * Ends sessions for ever. Whatever was stored when it is called is ended when it resolves, whatever saves are under way;
 * one that is stored meanwhile may be. After a failure it can be repeated: what was ended stays so.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, and `FST_STORED_SESSION_INVALID_HANDLE` for a handle that is none
 */
export async function revokeSessions(core: StoreCore, options: RevokeFilter): Promise<RevokeResult> {
  const { filter, dryRun } = checkFilter(options)
  const [only, ...more] = Object.keys(filter)
  const isPlain = !dryRun && more.length === 0
  if (isPlain && only === 'userId') return { revoked: await endUser(core, filter.userId!) }
  if (isPlain && only === 'sid') {
    return { revoked: await revokeOne(core, filter.sid!, (sid) => core.database.end(sid, endNow(core, 'revoked'))) }
  }
  const listing = listingOf(core)
  const end = (part: RowFilter) =>
    dryRun
      ? listing.count({ ...part, isUnended: true })
      : untilNone(() => listing.endAll(part, endNow(core, 'revoked')))
  if (filter.sid) {
    return { revoked: await revokeOne(core, filter.sid, async (sid) => (await end({ ...filter, sid })) > 0) }
  }
  const kept = filter.exceptSid ? { exceptSid: await latestSid(core, filter.exceptSid) } : {}
  const wanted = { ...filter, ...kept }
  const batches = () => inBatches(listing, wanted, end, options)
  return { revoked: await (filter.userId === undefined ? batches() : end(wanted)) }
}

// A handle from before the id was rotated is good as long as its row can tell where the session went.
async function revokeOne(core: StoreCore, sid: Buffer, end: (sid: Buffer) => Promise<boolean>): Promise<number> {
  return Number((await end(sid)) || (!core.bindToCookie && (await endSuccessor(core, sid, {}, end))))
}

const endUser = (core: StoreCore, userId: string) =>
  untilNone(() => core.database.endUser(userId, endNow(core, 'revoked')))

/** A user who goes on signing in for so many statements in turn keeps what comes behind them. */
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
async function inBatches(
  listing: SessionListing,
  filter: RowFilter,
  end: (part: RowFilter) => Promise<number>,
  { signal, onProgress }: RevokeFilter,
): Promise<number> {
  const { createdBefore = Number.POSITIVE_INFINITY } = filter
  let ended = 0
  for (let after = BEFORE_ALL; ; ) {
    signal?.throwIfAborted()
    const last = await listing.nthCreation(after, BATCH)
    const isLast = last === undefined || last >= createdBefore
    ended += await end({ ...filter, createdFrom: after + 1, ...(isLast ? {} : { createdBefore: last + 1 }) })
    onProgress?.(ended)
    if (isLast) return ended
    after = last
    // SQLite works inside the call: let requests have their turn.
    await nextTurn()
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
  if (all !== undefined && all !== true) checks.fault('all', 'must be true, or left away')
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
    checks.fault('all', 'cannot stand beside user, handle or before, which name fewer')
  }
  if (handle !== undefined && (except !== undefined || before !== undefined)) {
    checks.fault('handle', 'names one session, and cannot stand beside except or before')
  }
}
