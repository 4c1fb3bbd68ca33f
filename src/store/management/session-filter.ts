import type { RowFilter, RowState } from '../../database/contract/session-database.ts'
import { momentOf, type UserId } from '../core/core.ts'
import type { Limits } from '../core/lifetime.ts'
import { given, refuseUndefined, timeOf } from '../options/filter-checks.ts'
import type { OptionChecks } from '../options/option-checks.ts'
import { checkedUser } from '../users/user.ts'

/** The state of a session: in use, ended by a request or an operator, or expired and not yet trimmed. */
export type SessionState = RowState

/**
 * Sessions that match all of these. `…After` includes its moment, `…Before` does not.
 *
 * @example
 * ```ts
 * const filter: SessionFilter = { state: 'live', createdAfter: new Date('2026-11-01') }
 * const sessions = await app.storedSession.count(filter)
 * ```
 */
export interface SessionFilter {
  /** The sessions of this user. Ended sessions do not keep their user. @defaultValue all users */
  user?: UserId
  /** Sessions in this state. @defaultValue all states */
  state?: SessionState
  /** Sessions that began at this moment or later. @defaultValue no limit */
  createdAfter?: Date
  /** Sessions that began before this moment. @defaultValue no limit */
  createdBefore?: Date
  /**
   * Sessions last used at this moment or later, by the stored last use, at most `touchInterval` before the real one.
   * @defaultValue no limit
   */
  touchedAfter?: Date
  /** Sessions last used before this moment. @defaultValue no limit */
  touchedBefore?: Date
}

/** The names of {@link SessionFilter}. */
export const filterNames = ['user', 'state', 'createdAfter', 'createdBefore', 'touchedAfter', 'touchedBefore'] as const

const STATES: readonly unknown[] = ['live', 'ended', 'expired'] satisfies RowState[]

/** Checks a filter, and converts it into a filter of rows. */
export function rowFilterOf(filter: SessionFilter, limits: Limits, checks: OptionChecks): RowFilter {
  refuseUndefined(filter, filterNames, checks)
  const { user, state } = filter
  const userId = user === undefined ? undefined : checkedUser(user, checks)
  if (state !== undefined && !STATES.includes(state)) checks.fault('state', 'must be "live", "ended" or "expired"')
  if (user !== undefined && state === 'ended') {
    checks.fault(
      'user',
      'cannot be combined with state "ended", because ended sessions do not keep their user; omit one of the two',
    )
  }
  return given({
    userId,
    createdFrom: timeOf('createdAfter', filter.createdAfter, checks),
    createdBefore: timeOf('createdBefore', filter.createdBefore, checks),
    touchedFrom: timeOf('touchedAfter', filter.touchedAfter, checks),
    touchedBefore: timeOf('touchedBefore', filter.touchedBefore, checks),
    state: state && { is: state, ...momentOf(limits) },
  })
}
