import type { EventFilter, EventKind, SessionEventRows } from '../../database/contract/session-database.ts'
import { InvalidOptionsError } from '../../errors.ts'
import type { StoreCore, UserId } from '../core/core.ts'
import { type SessionHandle, sidOfHandle } from '../core/handle.ts'
import { given, refuseUndefined, timeOf } from '../options/filter-checks.ts'
import type { OptionChecks } from '../options/option-checks.ts'
import { checkedUser } from '../users/user.ts'

/**
 * Events that match all of these.
 *
 * @example
 * ```ts
 * const filter: HistoryFilter = { handle, from: new Date(Date.now() - 86_400_000) }
 * const { events } = await app.storedSession.history(filter)
 * ```
 */
export interface HistoryFilter {
  /** The events of this user's sessions, from the time when each had this user. @defaultValue all users */
  user?: UserId
  /** The events of one session under one id. @defaultValue all sessions */
  handle?: SessionHandle
  /** One kind, or several. @defaultValue all kinds */
  kind?: EventKind | readonly EventKind[]
  /** From this date. @defaultValue the oldest event */
  from?: Date
  /** Until before this date. @defaultValue now */
  before?: Date
}

export const historyFilterNames = ['user', 'handle', 'kind', 'from', 'before'] as const

const KINDS = [
  'created',
  'regenerated',
  'rotated',
  'user',
  'ended',
  'refused',
  'reused',
  'bound',
  'unbound',
  'unproven',
  'unreadable',
  'revoked',
  'updated',
  'revealed',
  'keys',
  'trimmed',
] as const satisfies EventKind[]

/**
 * The table of events.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS` without the option `history`
 */
export function eventsOf({ history, database }: StoreCore, call: string): SessionEventRows {
  if (history && database.history) return database.history
  throw new InvalidOptionsError(
    `${call} needs the option history, which is off, so nothing was recorded; set history: true`,
  )
}

/** Checks a filter of events, except its handle, and converts it into a filter of rows. */
export function eventFilterOf(filter: HistoryFilter, checks: OptionChecks): () => EventFilter {
  refuseUndefined(filter, historyFilterNames, checks)
  const { user, kind, handle } = filter
  const userId = user === undefined ? undefined : checkedUser(user, checks)
  const kinds = kind === undefined ? undefined : checkedKinds(kind, checks)
  const times = { from: timeOf('from', filter.from, checks), before: timeOf('before', filter.before, checks) }
  return () => given({ userId, kinds, ...times, sid: handle === undefined ? undefined : sidOfHandle('handle', handle) })
}

function checkedKinds(kind: unknown, checks: OptionChecks): readonly EventKind[] {
  const kinds: readonly unknown[] = Array.isArray(kind) ? kind : [kind]
  const areKnown = kinds.length > 0 && kinds.every((one) => (KINDS as readonly unknown[]).includes(one))
  if (!areKnown) checks.fault('kind', `must be one or several of ${KINDS.map((one) => `"${one}"`).join(', ')}`)
  return [...new Set(kinds)] as EventKind[]
}
