import { html, type SafeHtml } from '../../pages/html.ts'
import type { Visit } from '../frame/visit.ts'
import { counted, numberOf } from '../frame/words.ts'
import { sessionTable } from '../sessions/session-table.ts'
import { confirmation } from './confirmation.ts'
import type { Changed } from './ending.ts'
import { changePath, planFacts } from './plan-words.ts'
import type { Rehearsal } from './rehearsing.ts'
import { stepList } from './steps.ts'

/** What a rehearsal found, with the form of the next step. */
export function rehearsalResult(visit: Visit, rehearsal: Rehearsal): SafeHtml {
  const { plan, sessions, sample } = rehearsal
  if (sessions === 0) {
    return html`${stepList('rehearsal')}
<section class="card"><h2>No session would end</h2>${planFacts(plan)}
<div class="actions"><a class="button" href="${visit.base}${changePath(plan)}">Change</a></div></section>`
  }
  const isAll = sample.length === sessions
  return html`${stepList('rehearsal')}
<section class="card"><h2>${numbersText(visit, rehearsal)} would end</h2>
${planFacts(plan)}
<p class="hint">Sessions that have expired count too until they are deleted. Nothing has ended yet.</p></section>
<section class="card"><h2>${isAll ? 'These' : `The newest ${numberOf(sample.length)}`}</h2>
${sessionTable(visit, sample, { caption: 'Sessions that would end, the newest first', hasUsers: visit.store.knowsUsers })}</section>
<section class="card"><h2>End them?</h2>
<p>They end at once and permanently, also for requests that are under way. Their users sign in again.</p>
${ownWarning(rehearsal)}${confirmation(visit, { plan, sessions })}</section>`
}

/** The same after a count that differs from what the operator agreed to. */
export function changedResult(visit: Visit, { changed, agreed }: Changed): SafeHtml {
  return html`<p class="notice warn" role="status">Nothing has ended. You agreed to end ${counted(agreed, 'session')}, and now it would be ${counted(changed.sessions, 'session')}.</p>
${rehearsalResult(visit, changed)}`
}

function numbersText({ store }: Visit, { sessions, users, hasMoreUsers }: Rehearsal): string {
  const of = store.knowsUsers ? ` of ${hasMoreUsers ? 'more than ' : ''}${counted(users, 'user')}` : ''
  return `${counted(sessions, 'session')}${of}`
}

function ownWarning({ endsOwn }: Rehearsal): SafeHtml | false {
  return (
    endsOwn &&
    html`<p class="fault">Your own session is among them. You will be signed out, and can read the report after you have signed in again.</p>`
  )
}
