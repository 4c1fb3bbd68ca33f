import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RowFilter, SessionListing } from '../../database/contract/session-database.ts'
import { inDatabase } from '../../instruments/measures.ts'
import { endListed, recordOperation } from '../audit/recorded-ends.ts'
import type { StoreCore, UserId } from '../core/core.ts'
import { BEFORE_ALL, listingOf } from '../core/core.ts'
import { type SessionHandle, sidOfHandle } from '../core/handle.ts'
import { endNow } from '../core/lifetime.ts'
import type { Operation } from '../core/operation.ts'
import { checkedActor } from '../options/actor.ts'
import { checkObject, given, refuseUndefined, timeOf } from '../options/filter-checks.ts'
import { OptionChecks } from '../options/option-checks.ts'
import { endSuccessor } from '../rotation/successors.ts'
import { checkedUser } from '../users/user.ts'
import { endOthers } from './ending-others.ts'

/**
 * Which sessions to end: at least `user`, `handle`, `before` or `all`. A session must match all that are set.
 *
 * @example
 * ```ts
 * const filter: RevokeFilter = { user: 'ada', except: handle, actor: 'ada' }
 * const { revoked } = await app.storedSession.revoke(filter)
 * ```
 */
export interface RevokeFilter {
  /** The sessions of this user. Needs the `user` option in the application that stores them. */
  user?: UserId
  /** This one session; with `user` only if the session belongs to that user. */
  handle?: SessionHandle
  /** The sessions that were created before this date. */
  before?: Date
  /** The sessions of all users. */
  all?: true
  /** Do not end this session. @defaultValue none */
  except?: SessionHandle
  /** Count only, and end nothing. @defaultValue false */
  dryRun?: boolean
  /** Who does it, for the history: 1 to 255 characters. @defaultValue none */
  actor?: string
  /** Stops before the next batch, and rejects with its reason: ended sessions stay ended. For `before` and `all`. */
  signal?: AbortSignal
  /** Called after every batch with the number of sessions ended so far. */
  onProgress?: (revoked: number) => void
}

/** The result of a revocation. */
export interface RevokeResult {
  /** Sessions ended, or with `dryRun` sessions to end; includes expired sessions that are still stored. */
  revoked: number
}

/** The most rows that one statement without a user ends, because a longer one would block other statements. */
const BATCH = 500

/**
 * Ends sessions permanently. Every session that was stored at the call has ended when it resolves, despite concurrent
 * saves. A session that is stored meanwhile may end too. It can be repeated after a failure: ended sessions stay ended.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`; `FST_STORED_SESSION_INVALID_HANDLE` for an invalid handle;
 * `FST_STORED_SESSION_LOST_ROTATION` for a handle from before a rotation, when its row does not show the new id of the
 * session, as with `bindToCookie`
 */
export async function revokeSessions(
  core: StoreCore,
  { measures }: Operation,
  options: RevokeFilter,
): Promise<RevokeResult> {
  const { filter, dryRun, actor } = checkFilter(options)
  const result = await revoke(core, { measures }, { ...options, filter, dryRun, actor })
  if (!dryRun) await recordOperation(core, 'revoked', filter, { names: options, sessions: result.revoked, actor })
  return result
}

/** A revocation with a checked filter. */
interface Revocation extends Pick<RevokeFilter, 'signal' | 'onProgress'> {
  readonly filter: RowFilter
  readonly dryRun: boolean
  readonly actor: string | undefined
}

async function revoke(
  core: StoreCore,
  { measures }: Pick<Operation, 'measures'>,
  { filter, dryRun, actor, ...options }: Revocation,
): Promise<RevokeResult> {
  const [only, ...more] = Object.keys(filter)
  // A history names each session that ends, so the sessions are listed first.
  const isRecorded = core.history !== undefined && core.database.listing !== undefined
  const isPlain = !dryRun && more.length === 0 && !isRecorded
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
      : untilNone(() =>
          inDatabase(measures, isRecorded ? endListed(core, part, { actor }) : listing.endAll(part, now())),
        )
  if (filter.sid) {
    return { revoked: await revokeOne(core, filter.sid, async (sid) => (await end({ ...filter, sid })) > 0) }
  }
  const batches = inBatches(listing, end, options)
  const all = (wanted: RowFilter) => (filter.userId === undefined ? batches(wanted) : end(wanted))
  const { exceptSid, ...wanted } = filter
  if (!exceptSid) return { revoked: await all(wanted) }
  return { revoked: await endOthers(core, { filter: wanted, exceptSid, dryRun, actor }, all) }
}

// A handle from before a rotation is valid as long as its row shows the new id of the session.
async function revokeOne(core: StoreCore, sid: Buffer, end: (sid: Buffer) => Promise<boolean>): Promise<number> {
  return Number((await end(sid)) || (await endSuccessor(core, sid, {}, end)))
}

/** The most repetitions of a statement; a user who signs in during all of them keeps the later sessions. */
const MOST_ROUNDS = 10

/**
 * Repeats a statement that ends rows until it finds none, and at least once. A PostgreSQL statement sees only the rows
 * that existed when it began. When the id of a session is rotated meanwhile, the old row has ended when the statement
 * reaches it, and the statement does not see the new row.
 */
export async function untilNone(end: () => Promise<number>): Promise<number> {
  let ended = 0
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const found = await end()
    ended += found
    if (found === 0 && round > 1) break
  }
  return ended
}

/**
 * Goes through the rows in the order of their creation. The date of creation of a session never changes, so no session
 * is missed, whatever changes meanwhile.
 */
function inBatches(
  listing: SessionListing,
  end: (part: RowFilter) => Promise<number>,
  { signal, onProgress }: Pick<RevokeFilter, 'signal' | 'onProgress'>,
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
      // SQLite works synchronously, so let requests run in between.
      await nextTurn()
    }
  }
}

const NAMES = ['user', 'handle', 'before', 'all', 'except', 'dryRun'] as const
const LEAST = 'revoke() needs user, handle or before, or all: true to end the sessions of everybody'

function checkFilter(options: RevokeFilter): Pick<Revocation, 'filter' | 'dryRun' | 'actor'> {
  const checks = new OptionChecks()
  checkObject('revoke()', options, checks)
  checks.names(options, [...NAMES, 'actor', 'signal', 'onProgress'])
  refuseUndefined(options, NAMES, checks)
  const { user, handle, before, all, except } = options
  const userId = user === undefined ? undefined : checkedUser(user, checks)
  if (all !== undefined && all !== true) checks.fault('all', 'must be true; omit it otherwise')
  if ([user, handle, before, all].every((wish) => wish === undefined)) checks.faults.push(LEAST)
  checkCombination(options, checks)
  const createdBefore = timeOf('before', before, checks)
  if (options.signal && !(options.signal instanceof AbortSignal)) checks.fault('signal', 'must be an AbortSignal')
  checks.optionalFunction('onProgress', options.onProgress)
  const actor = checkedActor(options.actor, checks)
  const dryRun = checks.boolean('dryRun', options.dryRun, false)
  checks.done()
  const sid = handle === undefined ? undefined : sidOfHandle('handle', handle)
  const exceptSid = except === undefined ? undefined : sidOfHandle('except', except)
  return { filter: given({ userId, sid, createdBefore, exceptSid }), dryRun, actor }
}

function checkCombination({ user, handle, before, all, except }: RevokeFilter, checks: OptionChecks): void {
  if (all !== undefined && [user, handle, before].some((wish) => wish !== undefined)) {
    checks.fault('all', 'cannot be combined with user, handle or before; omit all, or omit those')
  }
  if (handle !== undefined && (except !== undefined || before !== undefined)) {
    checks.fault('handle', 'names one session, and cannot be combined with except or before; omit those')
  }
}
