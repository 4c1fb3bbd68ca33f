import { html, type SafeHtml } from '../../pages/html.ts'
import { actionForm, textField } from '../frame/forms.ts'
import type { Page, Visit } from '../frame/visit.ts'
import { counted } from '../frame/words.ts'
import { type IncidentPlan, planFields } from './incident-plan.ts'
import { changePath, planFacts } from './plan-words.ts'
import { stepList } from './steps.ts'

/** The word that an operator types. */
export const WORD = 'END'

/** What an operator agrees to. */
export interface Agreement {
  readonly plan: IncidentPlan
  /** Sessions that would end, by the rehearsal. */
  readonly sessions: number
}

/** The form that ends the sessions. It carries all that any process needs. */
export function confirmation(visit: Visit, { plan, sessions }: Agreement): SafeHtml {
  const content = html`<div class="filter">${textField('word', `Type ${WORD} to confirm`, '', { required: true })}</div>
<p class="hint">They are counted again first. If their number has changed, nothing ends, and you see the new number.</p>
<div class="actions"><button class="button strong">End ${counted(sessions, 'session')}</button>
<a class="button" href="${visit.base}${changePath(plan)}">Change</a></div>`
  return actionForm(visit, '/incident/end', { fields: [...planFields(plan), ['sessions', String(sessions)]], content })
}

/** The third step again, after a wrong word. */
export function confirmationPage(visit: Visit, agreement: Agreement, fault: string): Page {
  return {
    title: 'End sessions',
    section: 'Incident',
    status: 400,
    content: html`${stepList('end')}
<p class="fault" role="alert">${fault}</p>
<section class="card"><h2>Which sessions</h2>${planFacts(agreement.plan)}</section>
<section class="card"><h2>End them?</h2>${confirmation(visit, agreement)}</section>`,
  }
}
