import { html, type SafeHtml } from '../../pages/html.ts'
import type { HistoryEvent } from '../../store/audit/event-listing.ts'
import type { Visit } from '../frame/visit.ts'
import { counted, deviceOf, placeOf, reasonText } from '../frame/words.ts'
import { shortHandle, userLink } from '../sessions/session-table.ts'
import { eventName } from '../sessions/timeline.ts'

/** One event as the live page shows it. */
export interface LiveEntry {
  /** The same for the same event, so that a browser shows it once. */
  readonly id: string
  readonly at: Date
  /** What happened, in a few words. */
  readonly what: string
  /** How it is marked: a fault, something to look at, or nothing special. */
  readonly grade?: 'bad' | 'warn'
  readonly detail?: string | undefined
  readonly handle?: string | undefined
  readonly user?: string | undefined
}

/** An event of the history as an entry. */
export function entryOf(event: HistoryEvent): LiveEntry {
  const { id, at, handle, user, kind, reason, actor, metadata, sessions } = event
  const details = [
    kind === 'ended' && reason !== undefined && reasonText(reason),
    actor !== undefined && `by ${actor}`,
    sessions !== undefined && counted(sessions, 'session'),
    metadata && deviceOf(metadata),
    metadata && placeOf(metadata),
    event.isUnreadable && 'its details do not open: the row was changed, or its key is gone',
  ]
  const detail = details.filter((part) => part !== undefined && part !== false && part !== '').join(' · ')
  const isBad = kind === 'reused' || kind === 'unreadable' || event.isUnreadable
  return { id, at, handle, user, what: eventName(event), detail, ...(isBad && { grade: 'bad' }) }
}

/** An entry as an item of the list, for the page and for the stream. */
export function entryItem(
  { base }: Pick<Visit, 'base'>,
  { id, at, what, grade, detail, handle, user }: LiveEntry,
): SafeHtml {
  const time = at.toISOString()
  const owner = user !== undefined && html` · ${userLink({ base }, user)}`
  const session =
    handle !== undefined && html`<a href="${base}/sessions/${handle}"><code>${shortHandle(handle)}</code></a>`
  const parts = [detail !== '' && detail, session].filter((part) => part !== undefined && part !== false)
  const more = parts.map((part, index) => html`${index > 0 && ' · '}${part}`)
  return html`<li data-id="${id}"${grade !== undefined && html` class="${grade}"`}><time datetime="${time}" title="${time.slice(0, 10)} UTC">${clockOf(time)}</time> <span class="what">${what}</span>${owner}${more.length > 0 && html` <span class="soft">${more}</span>`}</li>`
}

const DATE_LENGTH = 10
const SECOND_END = 19

/** The time of the day, with its date unless that is today. */
function clockOf(time: string): string {
  const isToday = time.slice(0, DATE_LENGTH) === new Date().toISOString().slice(0, DATE_LENGTH)
  return time.slice(isToday ? DATE_LENGTH + 1 : 0, SECOND_END).replace('T', ' ')
}
