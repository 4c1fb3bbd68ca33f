import { html, type SafeHtml } from '../../pages/html.ts'
import { choice, queryString, textField } from '../frame/forms.ts'
import type { Page, Visit } from '../frame/visit.ts'
import { counted, numberOf } from '../frame/words.ts'
import { deviceKinds, fieldsOf, periods, type SessionQuery, sessionQueryOf, states } from './session-query.ts'
import { type Found, searchSessions } from './session-search.ts'
import { sessionTable } from './session-table.ts'

/** Sessions of a page, and rows that one page looks at. */
const LIMITS = { most: 50, mostRows: 500 }

const KINDS = [['', 'any'], ...deviceKinds.map((kind) => [kind, kind] as const)] as const

/** Lists and finds sessions. */
export async function listPage(visit: Visit): Promise<Page> {
  const query = sessionQueryOf(visit.query)
  const found = await searchSessions(visit.store, query, LIMITS, visit.query.get('cursor') ?? undefined)
  return {
    title: 'Sessions',
    section: 'Sessions',
    content: html`${queryForm(visit, query)}
<section class="card" aria-label="Results">
${resultOf(visit, found)}
${pagerOf(visit, query, found)}
</section>`,
  }
}

function queryForm({ base, store }: Visit, query: SessionQuery): SafeHtml {
  const { user, state, kind, country, network, age, used } = query
  const metadata = html`${choice('kind', 'Device', kind, KINDS)}
${textField('country', 'Country', country, { placeholder: 'DE' })}
${textField('network', 'Network', network, { placeholder: '203.0.113.' })}`
  return html`<form class="filter" method="get" action="${base}/sessions" role="search" aria-label="Find sessions">
${store.knowsUsers && textField('user', 'User', user)}
${choice(
  'state',
  'State',
  state,
  states.map((one) => [one, one]),
)}
${store.keepsMetadata && metadata}
${choice('age', 'Signed in', age, periods)}
${choice('used', 'Last used', used, periods)}
<div class="field"><button class="button primary">Find</button> <a class="button" href="${base}/sessions">Reset</a></div>
</form>`
}

function resultOf(visit: Visit, { sessions, looked, next }: Found): SafeHtml {
  if (sessions.length > 0)
    return sessionTable(visit, sessions, { caption: 'Sessions, the newest first', hasUsers: visit.store.knowsUsers })
  const text = next === undefined ? 'No session matches.' : `None of ${counted(looked, 'session')} matches so far.`
  return html`<p class="empty">${text}</p>`
}

function pagerOf(visit: Visit, query: SessionQuery, { next, looked, sessions }: Found): SafeHtml {
  const { base, query: parameters } = visit
  const fields = fieldsOf(query)
  const first =
    parameters.get('cursor') !== null &&
    html`<a class="button" href="${base}/sessions${queryString(fields)}">Newest</a>`
  const isShort = sessions.length < LIMITS.most
  const more =
    next !== undefined &&
    html`<a class="button" rel="next" href="${base}/sessions${queryString([...fields, ['cursor', next]])}">${isShort ? 'Keep looking' : 'Older'}</a>`
  const hint =
    looked > sessions.length &&
    html`<span class="hint">Looked at ${numberOf(looked)} sessions${next !== undefined && isShort && ', and there are more'}.</span>`
  return html`<div class="pager">${first} ${more} ${endLink(visit, query, sessions.length > 0)} ${hint}</div>`
}

/** Leads to the incident that ends what was found, where something narrower than everything was looked for. */
function endLink(visit: Visit, query: SessionQuery, hasSessions: boolean): SafeHtml | false {
  const fields = fieldsOf(query).filter(([name]) => name !== 'state')
  if (!hasSessions || fields.length === 0 || query.state === 'ended' || !visit.may('revoke')) return false
  const plan = queryString([['what', 'some'], ...fields, ['keep', 'yes']])
  return html`<a class="button danger" href="${visit.base}/incident${plan}">End all that match…</a>`
}
