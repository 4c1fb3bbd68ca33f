import type { RevokeFilter } from '../../store/management/revoking.ts'
import type { SessionFilter } from '../../store/management/session-filter.ts'
import { fieldsOf, filterOf, type SessionQuery, sessionQueryOf } from '../sessions/session-query.ts'

/** Which sessions an incident ends. It travels in the fields of forms, so that any process can go on with it. */
export interface IncidentPlan {
  readonly what: 'all' | 'some'
  readonly query: SessionQuery
  /** The latest time of creation that is not included, as it was typed; empty for none. */
  readonly before: string
  /** Whether the operator's own session stays. */
  readonly keepsOwn: boolean
  /** Epoch milliseconds from which the periods of the query count, so that they mean the same in each step. */
  readonly at: number
}

/** A plan of the fields of a form, or of the address of the first page, whatever a browser sends. */
export function planOf(fields: URLSearchParams): IncidentPlan {
  const at = Number(fields.get('at') ?? Number.NaN)
  return {
    what: fields.get('what') === 'all' ? 'all' : 'some',
    query: { ...sessionQueryOf(fields), state: 'any' },
    before: (fields.get('before') ?? '').trim().slice(0, 32),
    keepsOwn: fields.get('keep') === 'yes',
    at: Number.isSafeInteger(at) && at > 0 && at <= Date.now() ? at : Date.now(),
  }
}

/** The fields of a plan, for the form of the next step. */
export function planFields({ what, query, before, keepsOwn, at }: IncidentPlan): [name: string, value: string][] {
  const fields: [string, string][] = [['what', what], ...criteriaOf(query), ['at', String(at)]]
  if (before !== '') fields.push(['before', before])
  if (keepsOwn) fields.push(['keep', 'yes'])
  return fields
}

const criteriaOf = (query: SessionQuery) => fieldsOf(query).filter(([name]) => name !== 'state')

const WRITTEN = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?)?Z?$/

/** The typed time, in UTC; undefined without one, and an invalid date for anything else. */
function beforeOf({ before }: IncidentPlan): Date | undefined {
  if (before === '') return undefined
  const text = before.replace(' ', 'T').replace(/Z$/, '')
  return new Date(WRITTEN.test(before) ? (text.length === 10 ? text : `${text}Z`) : Number.NaN)
}

/** What is wrong with a plan, as a sentence for the operator. */
export function faultOf(plan: IncidentPlan): string | undefined {
  const hasCriteria = criteriaOf(plan.query).length > 0 || plan.before !== ''
  if (plan.what === 'all')
    return hasCriteria
      ? 'You chose all sessions, and also described some. Empty those fields, or choose the sessions that match.'
      : undefined
  if (!hasCriteria) return 'Describe the sessions to end in at least one field, or choose all sessions.'
  return Number.isNaN(beforeOf(plan)?.getTime())
    ? 'Write the time as 2026-11-30 or 2026-11-30T14:30, in UTC.'
    : undefined
}

/** The part of a plan that the indexes of the table answer. */
export function listFilterOf(plan: IncidentPlan): SessionFilter {
  if (plan.what === 'all') return {}
  const filter = filterOf(plan.query, plan.at)
  const before = beforeOf(plan)
  if (!before || (filter.createdBefore && filter.createdBefore < before)) return filter
  return { ...filter, createdBefore: before }
}

/** The plan as a filter of `revoke()`; undefined where the sessions must be looked at one by one. */
export function revokeFilterOf(plan: IncidentPlan): RevokeFilter | undefined {
  if (plan.what === 'all') return { all: true }
  const { user, createdAfter, createdBefore: before } = listFilterOf(plan)
  if (needsRows(plan.query) || createdAfter !== undefined) return undefined
  return { ...(user !== undefined && { user }), ...(before && { before }) }
}

const needsRows = ({ kind, country, network, used }: SessionQuery) =>
  [kind, country, network, used].some((part) => part !== '')
