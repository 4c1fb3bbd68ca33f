import type { RowFilter, RowState } from '../../database/contract/session-database.ts'
import { momentOf, type UserId } from '../core/core.ts'
import type { Limits } from '../core/lifetime.ts'
import { given, refuseUndefined, timeOf } from '../options/filter-checks.ts'
import type { OptionChecks } from '../options/option-checks.ts'
import { checkedUser } from '../users/user.ts'

/** The state of a session: in use, ended by a request or an operator, or expired and not yet trimmed. */
export type SessionState = RowState

/** Sessions that match all of these. `…After` includes its moment, `…Before` does not. */
export interface SessionFilter {
  /** The sessions of this user. Ended sessions do not keep their user. */
  user?: UserId
  state?: SessionState
  createdAfter?: Date
  createdBefore?: Date
  /** The stored last use, at most `touchInterval` before the real one. */
  touchedAfter?: Date
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
