import type { HistoryEvent } from '../../../store/audit/event-listing.ts'

const COLUMNS = ['at', 'kind', 'handle', 'user', 'actor', 'reason', 'previousHandle', 'sessions', 'events'] as const
const MORE = ['ip', 'userAgent', 'location', 'state', 'id'] as const

export const csvHeadings = [...COLUMNS, ...MORE].join(',')

/** An event as a line of comma-separated values. @see RFC 4180 */
export function csvLine(event: HistoryEvent): string {
  const { ip, userAgent, location } = event.metadata ?? {}
  const state = event.isErased ? 'erased' : event.isUnreadable ? 'unreadable' : ''
  const more = [ip, userAgent, location && JSON.stringify(location), state, event.id]
  const own = COLUMNS.map((name) => (name === 'at' ? event.at.toISOString() : event[name]))
  return [...own, ...more].map(cell).join(',')
}

// A spreadsheet would run a cell that begins like a formula.
const FORMULA = /^[=+\-@\t\r]/

function cell(value: string | number | undefined): string {
  const text = String(value ?? '')
  const safe = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
