import { html, type SafeHtml } from '../../pages/html.ts'
import { facts } from '../frame/forms.ts'
import type { Visit } from '../frame/visit.ts'
import { counted, durationOf, numberOf } from '../frame/words.ts'
import type { Job } from '../jobs/jobs.ts'
import type { Ended } from './ending.ts'
import { changePath, planFacts } from './plan-words.ts'
import { stepList } from './steps.ts'

/** What an incident did: how many sessions, how long, and by whom. */
export function incidentReport({ base, store }: Visit, job: Job, { plan, ended, missed }: Ended): SafeHtml {
  const { startedAt, endedAt = startedAt, actor } = job
  return html`${stepList('end')}
<p class="notice" role="status">${counted(ended, 'session')} ended.</p>
<section class="card"><h2>Report</h2>
${facts([
  ['Ended', numberOf(ended)],
  [
    'Not ended',
    missed > 0 &&
      `${numberOf(missed)}, which continue under ids that their rows do not show; end their users' sessions`,
  ],
  ['By', actor],
  ['Began', `${startedAt.toISOString().slice(0, 19).replace('T', ' ')} UTC`],
  ['Took', durationOf(endedAt.getTime() - startedAt.getTime())],
  ['Recorded', store.keepsHistory ? 'in the history, with your name' : 'nowhere: the option history is off'],
])}
<h2 class="part">Which sessions</h2>
${planFacts(plan)}
<p class="hint">Sessions that began meanwhile may stay. Rehearse again to see whether there are any; ended sessions are not counted twice.</p>
<div class="actions"><a class="button" href="${base}${changePath(plan)}">Rehearse again</a><a class="button" href="${base}/live">Watch what happens</a></div></section>`
}
