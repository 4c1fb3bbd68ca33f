import type { SessionUse } from '../../metadata/session-metadata.ts'
import { html, type SafeHtml } from '../../pages/html.ts'
import { timeElement } from '../../pages/times.ts'
import type { InspectedSession } from '../../store/inspection/inspecting.ts'
import { actionForm, facts } from '../frame/forms.ts'
import { notFound } from '../frame/refusal.ts'
import type { Page, Visit } from '../frame/visit.ts'
import { deviceOf, placeOf, sizeOf, stateBadge } from '../frame/words.ts'
import { noticeOf } from './notices.ts'
import { historyOfSession } from './session-history.ts'
import { userLink } from './session-table.ts'
import { timeline } from './timeline.ts'

/** One session: what it is, who used it, what happened to it, and what an operator may do with it. */
export async function sessionPage(visit: Visit): Promise<Page> {
  const { store, params } = visit
  const handle = params.handle!
  const [session, events] = await Promise.all([
    store.inspect(handle),
    store.keepsHistory ? historyOfSession(store, handle) : [],
  ])
  if (!session && events.length === 0)
    throw notFound('There is no session with this handle; its row may have been trimmed.')
  const history = html`<section class="card"><h2>History</h2>${timeline(visit, events, { links: false })}</section>`
  return {
    title: session?.metadata ? deviceOf(session.metadata.last) : 'Session',
    section: 'Sessions',
    notice: noticeOf(visit),
    content: html`<div class="cards"><div>
${session ? sessionCard(visit, session) : html`<section class="card"><p>The row of this session was trimmed.</p></section>`}
${session?.metadata && usesCard(session.metadata)}</div>
<div>${events.length > 0 && history}
${!store.keepsHistory && html`<section class="card"><h2>History</h2><p>Off. Set the option <code>history: true</code> to record what happens to sessions.</p></section>`}</div></div>`,
  }
}

function sessionCard(visit: Visit, session: InspectedSession): SafeHtml {
  const { handle, user, createdAt, touchedAt, expiresAt, bytes, version, keyId, state, currentHandle } = session
  const current =
    currentHandle !== undefined && html`<a href="${visit.base}/sessions/${currentHandle}">its present id</a>`
  return html`<section class="card"><h2>Session</h2>
${facts([
  ['State', stateBadge(session)],
  ['User', state === 'ended' ? 'not kept after the end' : visit.store.knowsUsers && userLink(visit, user)],
  ['Signed in', timeElement(createdAt, 'en')],
  ['Last used', timeElement(touchedAt, 'en')],
  [
    'Expires',
    state === 'live' &&
      html`<time datetime="${expiresAt.toISOString()}">${expiresAt.toISOString().slice(0, 16).replace('T', ' ')}</time>`,
  ],
  ['Continues as', current],
  ['Size', state === 'ended' ? 'no content' : `${sizeOf(bytes)}, sealed`],
  ['Version', String(version)],
  ['Key', keyId === undefined ? undefined : String(keyId)],
  ['Handle', html`<code>${handle}</code>`],
])}
${actionsOf(visit, session)}</section>`
}

function actionsOf(visit: Visit, { handle, state }: InspectedSession): SafeHtml | false {
  if (state === 'ended') return false
  const { base, store } = visit
  const end =
    visit.may('revoke') && html`<a class="button danger" href="${base}/sessions/${handle}/end">End this session…</a>`
  const canReveal = visit.may('reveal') && state === 'live' && !store.bindsToCookie
  const reveal =
    canReveal &&
    actionForm(visit, `/sessions/${handle}/reveal`, {
      content: html`<button class="button">Look at its content</button> <span class="hint">Recorded with your name.</span>`,
    })
  return html`<div class="actions">${end}${reveal}</div>`
}

function usesCard({ first, last }: { readonly first: SessionUse; readonly last: SessionUse }): SafeHtml {
  return html`<section class="card"><h2>Last use</h2>${useFacts(last)}<h2 class="part">First use</h2>${useFacts(first)}</section>`
}

function useFacts(use: SessionUse): SafeHtml {
  const extra = Object.entries(use.extra ?? {})
  return facts([
    ['When', timeElement(use.at, 'en')],
    ['Device', deviceOf(use)],
    ['Place', placeOf({ ...(use.location && { location: use.location }) })],
    ['Address', use.ip],
    ['User agent', use.userAgent],
    ...extra.map(([name, value]) => [name, value] as const),
  ])
}
