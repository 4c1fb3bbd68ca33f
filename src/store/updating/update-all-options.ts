import type { RowFilter } from '../../database/contract/session-database.ts'
import { InvalidOptionsError } from '../../errors.ts'
import type { StoreCore, UserId } from '../core/core.ts'
import { type SessionHandle, sidOfHandle } from '../core/handle.ts'
import { checkedActor } from '../options/actor.ts'
import { checkObject, given, refuseUndefined, timeOf } from '../options/filter-checks.ts'
import { OptionChecks } from '../options/option-checks.ts'
import { checkedUser } from '../users/user.ts'

/**
 * Which sessions to change: at least `user`, `handle`, `before` or `all`. A session must match all that are set.
 *
 * @example
 * ```ts
 * const filter: UpdateFilter = { user: 'ada' }
 * await app.storedSession.updateAll(filter, (session) => void (session.role = 'editor'))
 * ```
 */
export interface UpdateFilter {
  /** The sessions of this user. Needs the `user` option in the application that stores them. */
  user?: UserId
  /** This one session; with `user` only if the session belongs to that user. */
  handle?: SessionHandle
  /** The sessions that were created before this date. */
  before?: Date
  /** The sessions of all users. */
  all?: true
}

/**
 * Changes the content of one session, without its cookie. It may be called again for a session that has changed.
 *
 * @example
 * ```ts
 * const change: ContentChange = (session) => {
 *   session.role = 'editor'
 * }
 * ```
 */
export type ContentChange = (session: Record<string, unknown>) => void | Promise<void>

/**
 * The options of `updateAll()`.
 *
 * @example
 * ```ts
 * const options: UpdateAllOptions = { dryRun: true, rate: 500, actor: 'migration' }
 * const { updated } = await app.storedSession.updateAll({ all: true }, (session) => void delete session.cart, options)
 * ```
 */
export interface UpdateAllOptions {
  /** Run the function on copies, count the sessions that it would change, and change none. @defaultValue false */
  dryRun?: boolean
  /** Rows that are read at a time, 1 to 10000. @defaultValue 200 */
  batchSize?: number
  /** Sessions per second at most. @defaultValue no limit */
  rate?: number
  /** Who does it, for the history: 1 to 255 characters. @defaultValue none */
  actor?: string
  /** Stops after the current batch. @defaultValue none */
  signal?: AbortSignal
  /** Called after every batch. @defaultValue none */
  onProgress?: (progress: UpdateAllProgress) => void
}

/** The progress of `updateAll()`. */
export interface UpdateAllProgress {
  /** Sessions that this call changed, or with `dryRun` would change. */
  updated: number
  /** Sessions in which the function changed nothing. */
  unchanged: number
  /** Sessions that this call could not open; they stay as they are. */
  unreadable: number
}

/** The result of `updateAll()`. */
export interface UpdateAllResult extends UpdateAllProgress {
  /** Sessions that were not reached: the signal stopped the call, or requests changed them again and again. */
  remaining: number
}

/** What `updateAll()` does, checked. */
export interface CheckedUpdateAll {
  /** The filter of rows, without the handle. */
  readonly filter: RowFilter
  /** The session of the handle. */
  readonly sid: Buffer | undefined
  readonly change: ContentChange
  readonly dryRun: boolean
  readonly batchSize: number
  readonly rate: number
  readonly actor: string | undefined
}

const FILTER_NAMES = ['user', 'handle', 'before', 'all'] as const
const OPTION_NAMES = ['dryRun', 'batchSize', 'rate', 'actor', 'signal', 'onProgress']
const LARGEST_BATCH = 10_000
const HIGHEST_RATE = 1_000_000

/** @throws `FST_STORED_SESSION_INVALID_OPTIONS`, and `FST_STORED_SESSION_INVALID_HANDLE` */
export function checkUpdateAll(
  { bindToCookie }: StoreCore,
  filter: UpdateFilter,
  change: unknown,
  options: UpdateAllOptions,
): CheckedUpdateAll {
  if (bindToCookie) {
    throw new InvalidOptionsError(
      'updateAll() cannot be combined with bindToCookie, because no session can be decrypted without its cookie; change the session in a request of its user, or revoke it',
    )
  }
  const checks = new OptionChecks()
  const { userId, createdBefore } = checkFilter(filter, checks)
  if (typeof change !== 'function') checks.fault('change', 'must be a function of the content of a session')
  const settings = checkSettings(options, checks)
  checks.done()
  const sid = filter.handle === undefined ? undefined : sidOfHandle('handle', filter.handle)
  return { filter: given({ userId, createdBefore }), sid, change: change as ContentChange, ...settings }
}

function checkFilter(filter: UpdateFilter, checks: OptionChecks) {
  checkObject('updateAll()', filter, checks)
  checks.names(filter, FILTER_NAMES)
  refuseUndefined(filter, FILTER_NAMES, checks)
  const { user, handle, before, all } = filter
  if (all !== undefined && all !== true) checks.fault('all', 'must be true; omit it otherwise')
  const narrow = [user, handle, before].filter((wish) => wish !== undefined)
  if (narrow.length === 0 && all === undefined)
    checks.faults.push('updateAll() needs user, handle or before, or all: true to change the sessions of everybody')
  if (all !== undefined && narrow.length > 0)
    checks.fault('all', 'cannot be combined with user, handle or before; omit all, or omit those')
  const createdBefore = timeOf('before', before, checks)
  return { userId: user === undefined ? undefined : checkedUser(user, checks), createdBefore }
}

function checkSettings(options: UpdateAllOptions, checks: OptionChecks) {
  checks.names(options, OPTION_NAMES)
  const { signal, onProgress } = options
  if (signal !== undefined && !(signal instanceof AbortSignal)) checks.fault('signal', 'must be an AbortSignal')
  checks.optionalFunction('onProgress', onProgress)
  return {
    dryRun: checks.boolean('dryRun', options.dryRun, false),
    batchSize: checks.integer('batchSize', options.batchSize, 200, 1, LARGEST_BATCH),
    rate: checks.integer('rate', options.rate, Number.POSITIVE_INFINITY, 1, HIGHEST_RATE),
    actor: checkedActor(options.actor, checks),
  }
}
