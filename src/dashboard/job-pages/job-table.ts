import { html, type SafeHtml } from '../../pages/html.ts'
import { timeElement } from '../../pages/times.ts'
import type { Visit } from '../frame/visit.ts'
import { durationOf, numberOf } from '../frame/words.ts'
import type { Job } from '../jobs/jobs.ts'
import type { JobKind } from './job-kind.ts'
import { jobBadge } from './job-page.ts'

/** Jobs as a table, the newest first. Only what the operator may see has a link. */
export function jobTable(visit: Visit, jobs: readonly Job[], kinds: readonly JobKind[], caption: string): SafeHtml {
  return html`<table class="stack">
<caption class="hidden">${caption}</caption>
<thead><tr><th scope="col">Job</th><th scope="col">State</th><th scope="col">Started</th><th scope="col">By</th><th scope="col">Numbers</th></tr></thead>
<tbody>
${jobs.map((job) => jobRow(visit, job, kinds))}</tbody>
</table>`
}

function jobRow(visit: Visit, job: Job, kinds: readonly JobKind[]): SafeHtml {
  const { startedAt, endedAt, actor, progress } = job
  const kind = kinds.find((one) => one.kind === job.kind)
  const name = kind?.title ?? job.kind
  const link = kind && visit.may(kind.needs) ? html`<a href="${visit.base}/jobs/${job.id}">${name}</a>` : name
  const numbers = Object.entries(progress).map(([label, value]) => `${label}: ${numberOf(value)}`)
  const length = endedAt && html` <span class="soft">in ${durationOf(endedAt.getTime() - startedAt.getTime())}</span>`
  return html`<tr><td data-label="Job"><div>${link}</div></td><td data-label="State"><div>${jobBadge(job)}${length}</div></td><td data-label="Started"><div>${timeElement(startedAt, 'en')}</div></td><td data-label="By"><div>${actor}</div></td><td data-label="Numbers"><div>${numbers.join(', ') || '–'}</div></td></tr>
`
}
