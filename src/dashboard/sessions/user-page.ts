import { locationName } from '../../pages/device-names.ts'
import { html, type SafeHtml } from '../../pages/html.ts'
import type { ListedSession } from '../../store/management/listing.ts'
import { figure, queryString } from '../frame/forms.ts'
import type { Page, Visit } from '../frame/visit.ts'
import { numberOf } from '../frame/words.ts'
import { noticeOf } from './notices.ts'
import { userOf } from './session-actions.ts'
import { sessionTable } from './session-table.ts'
import { timeline } from './timeline.ts'

/** Sessions and events on the page of a user. */
const MOST_SESSIONS = 100
const MOST_EVENTS = 50

/** One user: the devices, what happened, and what an operator may do. */
export async function userPage(visit: Visit): Promise<Page> {
  const { store, query } = visit
  const user = userOf(visit)
  const cursor = query.get('cursor') ?? undefined
  const [page, history] = await Promise.all([
    store.list({ user, limit: MOST_SESSIONS }),
    store.keepsHistory
      ? store.history({ user, limit: MOST_EVENTS, ...(cursor !== undefined && { cursor }) })
      : undefined,
  ])
  const live = page.sessions.filter(({ state }) => state === 'live')
  return {
    title: user,
    section: 'Sessions',
    notice: noticeOf(visit),
    content: html`<ul class="figures">
${figure('Devices signed in', numberOf(live.length), page.next === undefined ? undefined : `of the newest ${MOST_SESSIONS} sessions`)}
${figure('Countries', numberOf(countriesOf(live).length), countriesOf(live).join(', ') || undefined)}
</ul>
${actionsOf(visit, user, page.sessions.length > 0)}
<section class="card"><h2>Devices</h2>
${page.sessions.length === 0 ? html`<p class="empty">No session has this user. Ended sessions do not keep their user; the history does.</p>` : sessionTable(visit, page.sessions, { caption: 'Sessions of this user, the newest first', hasUsers: false })}</section>
<section class="card"><h2>History</h2>
${history ? html`${timeline(visit, history.events, { links: true })}${history.events.length === 0 && html`<p class="empty">Nothing was recorded.</p>`}` : html`<p>Off. Set the option <code>history: true</code> to record what happens to sessions.</p>`}
${
  history?.next !== undefined &&
  html`<div class="pager"><a class="button" rel="next" href="${visit.base}/user${queryString([
    ['user', user],
    ['cursor', history.next],
  ])}">Older events</a></div>`
}</section>`,
  }
}

function countriesOf(sessions: readonly ListedSession[]): string[] {
  const names = sessions.map(({ metadata }) => {
    const country = metadata?.last.location?.country
    return country === undefined ? undefined : locationName({ country }, 'en')
  })
  return [...new Set(names.filter((name) => name !== undefined))].sort()
}

function actionsOf(visit: Visit, user: string, hasSessions: boolean): SafeHtml | false {
  const { base } = visit
  const query = queryString([['user', user]])
  const signOut =
    hasSessions &&
    visit.may('revoke') &&
    html`<a class="button danger" href="${base}/user/sign-out${query}">Sign out everywhere…</a>`
  const forget =
    visit.may('forget') && html`<a class="button danger" href="${base}/user/forget${query}">Forget this user…</a>`
  return (signOut || forget) && html`<div class="actions first">${signOut}${forget}</div>`
}
