import { html, type SafeHtml } from '../../pages/html.ts'
import { timeElement } from '../../pages/times.ts'
import type { ListedSession } from '../../store/management/listing.ts'
import { queryString } from '../frame/forms.ts'
import type { Visit } from '../frame/visit.ts'
import { deviceOf, placeOf, stateBadge } from '../frame/words.ts'

/** Which columns a table of sessions has. */
interface TableShape {
  readonly caption: string
  /** Whether it shows the users; a page of one user does not. */
  readonly hasUsers: boolean
}

/** Sessions as a table, which becomes a list on a narrow screen. */
export function sessionTable(
  visit: Visit,
  sessions: readonly ListedSession[],
  { caption, hasUsers }: TableShape,
): SafeHtml {
  return html`<table class="stack">
<caption class="hidden">${caption}</caption>
<thead><tr>${hasUsers && html`<th scope="col">User</th>`}<th scope="col">Device</th><th scope="col">Place</th><th scope="col">Signed in</th><th scope="col">Last used</th><th scope="col">State</th></tr></thead>
<tbody>
${sessions.map((session) => sessionRow(visit, session, hasUsers))}</tbody>
</table>`
}

function sessionRow(visit: Visit, session: ListedSession, hasUsers: boolean): SafeHtml {
  const { metadata, createdAt, touchedAt } = session
  const cell = (label: string, content: SafeHtml | string) => html`<td data-label="${label}"><div>${content}</div></td>`
  const user = hasUsers && cell('User', userLink(visit, session.user))
  return html`<tr>${user}${cell('Device', sessionLink(visit, session))}${cell('Place', placeOf(metadata?.last) || '–')}${cell('Signed in', timeElement(createdAt, 'en'))}${cell('Last used', timeElement(touchedAt, 'en'))}${cell('State', stateBadge(session))}</tr>
`
}

/** Digits of a handle that people can compare. */
const SHOWN_DIGITS = 8

/** The beginning of a handle. */
export const shortHandle = (handle: string): string => handle.slice(0, '2::'.length + SHOWN_DIGITS)

function sessionLink({ base }: Visit, { handle, metadata }: ListedSession): SafeHtml {
  const name = metadata ? deviceOf(metadata.last) : 'Session'
  return html`<a href="${base}/sessions/${handle}">${name}</a> <span class="soft"><code>${shortHandle(handle)}</code></span>`
}

/** A link to the page of a user; a dash for a session without one. */
export function userLink({ base }: Pick<Visit, 'base'>, user: string | undefined): SafeHtml {
  return user === undefined
    ? html`<span class="soft">no user</span>`
    : html`<a href="${base}/user${queryString([['user', user]])}">${user}</a>`
}
