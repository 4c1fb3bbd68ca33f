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
<thead><tr><th scope="col">Job</th><th scope="col">State</th><th scope="col">Started</th><th scope="col">By</th><th scope="col">Result</th></tr></thead>
<tbody>
${jobs.map((job) => jobRow(visit, job, kinds))}</tbody>
</table>`
}

function jobRow(visit: Visit, job: Job, kinds: readonly JobKind[]): SafeHtml {
  const { startedAt, endedAt, actor } = job
  const kind = kinds.find((one) => one.kind === job.kind)
  const name = kind?.title ?? job.kind
  const link = kind && visit.may(kind.needs) ? html`<a href="${visit.base}/jobs/${job.id}">${name}</a>` : name
  const length = endedAt && html` <span class="soft">in ${durationOf(endedAt.getTime() - startedAt.getTime())}</span>`
  return html`<tr><td data-label="Job"><div>${link}</div></td><td data-label="State"><div>${jobBadge(job)}${length}</div></td><td data-label="Started"><div>${timeElement(startedAt, 'en')}</div></td><td data-label="By"><div>${actor}</div></td><td data-label="Result"><div>${summaryOf(job, kind)}</div></td></tr>
`
}

function summaryOf({ state, progress, result }: Job, kind: JobKind | undefined): string {
  if (state === 'done' && kind) return kind.summary(result)
  const numbers = Object.entries(progress).map(([label, value]) => `${label}: ${numberOf(value)}`)
  return numbers.join(', ') || '–'
}
