import { html, type SafeHtml } from '../../pages/html.ts'
import { timeElement } from '../../pages/times.ts'
import type { HistoryEvent } from '../../store/audit/event-listing.ts'
import type { Visit } from '../frame/visit.ts'
import { counted, deviceOf, placeOf, reasonText } from '../frame/words.ts'
import { shortHandle } from './session-table.ts'

const KINDS: Readonly<Record<HistoryEvent['kind'], string>> = {
  created: 'Session began',
  regenerated: 'Replaced another session',
  rotated: 'Got another id',
  user: 'Signed in',
  ended: 'Ended',
  refused: 'Refused: too many sessions',
  reused: 'An old cookie was used again',
  bound: 'Bound to its device',
  unbound: 'No longer bound to its device',
  unproven: 'Named without a proof of its device',
  unreadable: 'Could not be decrypted',
  revoked: 'Ended by an operator',
  updated: 'Changed by an operator',
  revealed: 'Content looked at',
  keys: 'Sealed with another key',
  trimmed: 'Old rows were deleted',
}

/** What an event is called. */
export function eventName({ kind, reason }: Pick<HistoryEvent, 'kind' | 'reason'>): string {
  if (kind === 'user' && reason === 'left') return 'Left its user'
  if (kind === 'revoked' && reason === 'forgotten') return 'Forgotten'
  return KINDS[kind]
}

/** Events as a timeline, the newest first. */
export function timeline(
  visit: Visit,
  events: readonly HistoryEvent[],
  { links }: { readonly links: boolean },
): SafeHtml {
  return html`<ol class="timeline">
${events.map((event) => eventItem(visit, event, links))}</ol>`
}

function eventItem({ base }: Visit, event: HistoryEvent, links: boolean): SafeHtml {
  const { handle, at, kind, reason, actor, metadata, sessions } = event
  const why = kind === 'ended' && reason !== undefined && html`: ${reasonText(reason)}`
  const link =
    links &&
    handle !== undefined &&
    html` · <a href="${base}/sessions/${handle}"><code>${shortHandle(handle)}</code></a>`
  const by = actor !== undefined && html` · by ${actor}`
  const many = sessions !== undefined && html` · ${counted(sessions, 'session')}`
  const client = metadata && html` · ${deviceOf(metadata)}${placeOf(metadata) !== '' && html` · ${placeOf(metadata)}`}`
  const trust = event.isUnreadable
    ? ' · its details do not open: the row was changed, or its key is gone'
    : event.isErased && ' · erased'
  return html`<li><span class="what">${eventName(event)}</span>${why}
<div class="soft">${timeElement(at, 'en')}${by}${many}${client}${trust}${link}</div></li>
`
}
