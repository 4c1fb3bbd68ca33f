import { html, type SafeHtml } from '../../pages/html.ts'
import { actionForm, choice, textField } from '../frame/forms.ts'
import type { Page, Visit } from '../frame/visit.ts'
import { jobTable } from '../job-pages/job-table.ts'
import type { Job } from '../jobs/jobs.ts'
import { deviceKinds, periods } from '../sessions/session-query.ts'
import { incidentKinds } from './incident-kinds.ts'
import type { IncidentPlan } from './incident-plan.ts'
import { stepList } from './steps.ts'

/** The first step, as it is shown. */
interface FirstStep {
  readonly plan: IncidentPlan
  /** Why the plan cannot be rehearsed. */
  readonly fault?: string | undefined
  /** Whether the operator has a session here that can stay. */
  readonly hasOwn: boolean
  readonly jobs: readonly Job[]
}

/** The page on which an operator says which sessions are to end. */
export function incidentPage(visit: Visit, { plan, fault, hasOwn, jobs }: FirstStep): Page {
  return {
    title: 'End many sessions',
    section: 'Incident',
    ...(fault !== undefined && { status: 400 }),
    content: html`${stepList('what')}
${fault !== undefined && html`<p class="fault" role="alert">${fault}</p>`}
<section class="card"><h2>Which sessions?</h2>
${actionForm(visit, '/incident/rehearsal', { content: formContent(visit, plan, hasOwn) })}</section>
${jobs.length > 0 && html`<section class="card"><h2>Recent incidents</h2>${jobTable(visit, jobs, incidentKinds, 'Incidents that this process remembers, the newest first')}</section>`}`,
  }
}

function formContent(visit: Visit, plan: IncidentPlan, hasOwn: boolean): SafeHtml {
  const { what, keepsOwn } = plan
  const own = hasOwn
    ? html`<label class="check"><input type="checkbox" name="keep" value="yes"${keepsOwn && html` checked`}> Keep my own session</label>`
    : html`<p class="hint">You are not signed in by one of these sessions, so your own entrance stays.</p>`
  return html`<fieldset class="plain"><legend class="hidden">Which sessions</legend>
${radio('what', 'some', what, 'The sessions that match all of these')}
<div class="filter inset">${criteria(visit, plan)}</div>
${radio('what', 'all', what, 'All sessions of all users')}
</fieldset>
${own}
<p class="hint">The rehearsal counts the sessions, and ends none.</p>
<div class="actions"><button class="button primary">Rehearse</button></div>`
}

function radio(name: string, value: string, chosen: string, label: string): SafeHtml {
  return html`<label class="check"><input type="radio" name="${name}" value="${value}"${value === chosen && html` checked`}> ${label}</label>`
}

const KINDS = [['', 'any'], ...deviceKinds.map((kind) => [kind, kind] as const)] as const

function criteria({ store }: Visit, { query, before }: IncidentPlan): SafeHtml {
  const { user, kind, country, network, age, used } = query
  return html`${store.knowsUsers && textField('user', 'User', user)}
${choice('age', 'Signed in', age, periods)}
${textField('before', 'Signed in before', before, { placeholder: '2026-11-30T14:30' })}
${choice('used', 'Last used', used, periods)}
${
  store.keepsMetadata &&
  html`${choice('kind', 'Device', kind, KINDS)}
${textField('country', 'Country', country, { placeholder: 'DE' })}
${textField('network', 'Network', network, { placeholder: '203.0.113.' })}`
}`
}
