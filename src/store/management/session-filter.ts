import type { RowFilter, RowState } from '../../database/contract/session-database.ts'
import { momentOf, type UserId } from '../core/core.ts'
import type { Limits } from '../core/lifetime.ts'
import type { OptionChecks } from '../options/option-checks.ts'
import { storedUserId, USER_ID } from '../users/user.ts'

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

/** Refuses a value that is no object, because without any name it would select all sessions. */
export function checkObject(call: string, filter: unknown, checks: OptionChecks): void {
  if (typeof filter === 'object' && filter !== null && !Array.isArray(filter)) return
  checks.fault(call, "takes an object, such as { user: 'ada' }")
  checks.done()
}

/** Refuses names without a value: an undefined user must not select the sessions of all users. */
export function refuseUndefined(filter: object, names: readonly string[], checks: OptionChecks): void {
  for (const [name, value] of Object.entries(filter)) {
    if (value === undefined && names.includes(name)) {
      checks.fault(name, 'is undefined; set a value, or omit the name')
    }
  }
}

/** The text that is stored of a user id. */
export function checkedUser(user: unknown, checks: OptionChecks): string | undefined {
  const stored = storedUserId(user)
  if (stored === undefined) checks.fault('user', `must be a user id as the user option yields it, ${USER_ID}`)
  return stored
}

/** The time of a date, epoch milliseconds. */
export function timeOf(name: string, date: unknown, checks: OptionChecks): number | undefined {
  if (date === undefined) return undefined
  const time = date instanceof Date ? date.getTime() : Number.NaN
  if (!Number.isNaN(time)) return time
  checks.fault(name, 'must be a Date')
  return undefined
}

/** The entries that have a value. */
export function given<Filter extends object>(
  filter: Filter,
): { [Name in keyof Filter]: Exclude<Filter[Name], undefined> } {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as never
}
