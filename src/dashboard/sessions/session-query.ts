import type { SessionUse } from '../../metadata/session-metadata.ts'
import type { ListedSession } from '../../store/management/listing.ts'
import type { SessionFilter } from '../../store/management/session-filter.ts'

/** What an operator looks for, as the fields of a form. Empty fields find all. */
export interface SessionQuery {
  readonly user: string
  readonly state: 'live' | 'ended' | 'expired' | 'any'
  readonly kind: string
  /** Two letters, as in ISO 3166-1. */
  readonly country: string
  /** The beginning of an address or network, such as `203.0.113.`. */
  readonly network: string
  /** A period in which it was created, such as `<1d` or `>7d`. */
  readonly age: string
  /** A period in which it was last used. */
  readonly used: string
}

export const deviceKinds = ['desktop', 'phone', 'tablet', 'bot', 'unknown'] as const
export const states = ['live', 'ended', 'expired', 'any'] as const

const HOUR_MS = 3_600_000
const PERIODS: Readonly<Record<string, number>> = {
  '1h': HOUR_MS,
  '1d': 24 * HOUR_MS,
  '7d': 7 * 24 * HOUR_MS,
  '30d': 30 * 24 * HOUR_MS,
}

/** The periods to choose from, with their names. */
export const periods: readonly (readonly [value: string, name: string])[] = [
  ['', 'any time'],
  ['<1h', 'within the last hour'],
  ['<1d', 'within the last day'],
  ['<7d', 'within the last 7 days'],
  ['<30d', 'within the last 30 days'],
  ['>1d', 'over a day ago'],
  ['>7d', 'over 7 days ago'],
  ['>30d', 'over 30 days ago'],
]

const LONGEST = 255

/** The query of a form, whatever a browser sends: what cannot be chosen counts as not chosen. */
export function sessionQueryOf(fields: URLSearchParams): SessionQuery {
  const text = (name: string) => (fields.get(name) ?? '').trim().slice(0, LONGEST).toWellFormed()
  const oneOf = <Value extends string>(name: string, values: readonly Value[], otherwise: Value) =>
    values.find((value) => value === fields.get(name)) ?? otherwise
  const period = (name: string) =>
    oneOf(
      name,
      periods.map(([value]) => value),
      '',
    )
  return {
    user: text('user'),
    state: oneOf('state', states, 'live'),
    kind: oneOf('kind', ['', ...deviceKinds], ''),
    country: text('country').toUpperCase(),
    network: text('network').toLowerCase(),
    age: period('age'),
    used: period('used'),
  }
}

/** The query as a part of an address or of a form; empty fields are omitted. */
export function fieldsOf(query: SessionQuery): [name: string, value: string][] {
  return Object.entries(query).filter(([name, value]) => value !== '' && !(name === 'state' && value === 'live'))
}

/** The part of a query that the indexes of the table answer. */
export function filterOf({ user, age }: SessionQuery): SessionFilter {
  const moment = momentOf(age)
  return {
    ...(user !== '' && { user }),
    ...(moment && { [age.startsWith('<') ? 'createdAfter' : 'createdBefore']: moment }),
  }
}

function momentOf(period: string): Date | undefined {
  const length = PERIODS[period.slice(1)]
  return length === undefined ? undefined : new Date(Date.now() - length)
}

/** Whether a session matches the parts of a query that no index answers. */
export function matches(query: SessionQuery, session: ListedSession): boolean {
  const { state, used } = query
  if (state !== 'any' && session.state !== state) return false
  const moment = momentOf(used)
  if (moment && session.touchedAt >= moment !== used.startsWith('<')) return false
  return usesMatch(query, session)
}

// Either of its uses may match: someone who travelled, or changed the browser.
function usesMatch({ kind, country, network }: SessionQuery, { metadata }: ListedSession): boolean {
  if (kind === '' && country === '' && network === '') return true
  const uses = metadata ? [metadata.last, metadata.first] : []
  return uses.some((use) => useMatches(use, { kind, country, network }))
}

function useMatches(
  { device, location, ip }: SessionUse,
  { kind, country, network }: Pick<SessionQuery, 'kind' | 'country' | 'network'>,
): boolean {
  if (kind !== '' && (device?.kind ?? 'unknown') !== kind) return false
  if (country !== '' && location?.country !== country) return false
  return network === '' || (ip ?? '').startsWith(network)
}
