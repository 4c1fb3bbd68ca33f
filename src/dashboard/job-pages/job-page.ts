import { html, type SafeHtml } from '../../pages/html.ts'
import { timeElement } from '../../pages/times.ts'
import { actionForm, facts } from '../frame/forms.ts'
import { failed, noEntrance, notFound, Refusal, unavailable } from '../frame/refusal.ts'
import type { Page, Visit } from '../frame/visit.ts'
import { durationOf, numberOf } from '../frame/words.ts'
import type { Job, Jobs } from '../jobs/jobs.ts'
import type { EndedJob, JobKind } from './job-kind.ts'

/** Seconds after which the page of a running job loads again. */
const REFRESH_S = 2
/** What ids of jobs look like. */
const ID = /^[\w-]{43}$/

/** A job: how far it is, the button that stops it, and its result. */
export function jobPage(visit: Visit, jobs: Jobs, kinds: readonly JobKind[]): Page {
  const id = visit.params.id!
  const job = jobs.find(id)
  const kind = kinds.find((one) => one.kind === job?.kind)
  if (!job || !kind) return elsewherePage(visit, id)
  if (!visit.may(kind.needs)) throw noEntrance()
  const isRunning = job.state === 'running'
  return {
    title: kind.title,
    section: kind.section,
    content: html`<div id="job"${isRunning && html` data-refresh="${REFRESH_S}"`}>
${stateLine(job)}
${isRunning ? runningCard(visit, job, kind) : endedPart(visit, job, kind)}
</div>`,
  }
}

/** Stops a job. Only the process that runs it can. */
export function stopJob(visit: Visit, jobs: Jobs, kinds: readonly JobKind[]): Page | { redirect: string } {
  const id = visit.form.get('job') ?? ''
  const job = jobs.find(id)
  const kind = kinds.find((one) => one.kind === job?.kind)
  if (!job || !kind) {
    const [first] = kinds
    return { ...elsewherePage(visit, id, first && stopForm(visit, id, first)), status: 409 }
  }
  if (jobs.stop(id)) visit.request.log.info({ actor: visit.operator.actor }, `sessionDashboard: stops ${kind.kind}`)
  return { redirect: `/jobs/${id}` }
}

/** The path to which the form of a Stop button goes. */
export const stopPath = ({ path }: Pick<JobKind, 'path'>): string => `${path}/stop`

function elsewherePage({ base }: Visit, id: string, again?: SafeHtml): Page {
  if (!ID.test(id)) throw notFound('There is no such job.')
  const what = again
    ? 'Nothing was stopped: this process does not know the job.'
    : 'This process does not know the job.'
  return {
    title: 'Job',
    section: 'none',
    content: html`<div id="job"${!again && html` data-refresh="${REFRESH_S}"`}>
<section class="card"><h2>${what}</h2>
<p>Jobs are kept by the process that runs them. Where several processes answer, another one has it, and this page finds it when it is loaded again. A job ends with its process, and the oldest of fifty are forgotten. What a job has done stays done.</p>
<div class="actions">${again}<a class="button" href="${base}/jobs/${id}">Load again</a></div></section>
</div>`,
  }
}

const STATES: Readonly<Record<Job['state'], readonly [style: string, text: string]>> = {
  running: ['warn', 'running'],
  done: ['good', 'done'],
  stopped: ['warn', 'stopped'],
  failed: ['bad', 'failed'],
}

/** The state of a job as a badge. */
export function jobBadge({ state }: Pick<Job, 'state'>): SafeHtml {
  const [style, text] = STATES[state]
  return html`<span class="state ${style}">${text}</span>`
}

function stateLine(job: Job): SafeHtml {
  const { actor, startedAt, endedAt } = job
  const length = endedAt && html`, took ${durationOf(endedAt.getTime() - startedAt.getTime())}`
  return html`<p class="job-state">${jobBadge(job)} <span class="soft">started ${timeElement(startedAt, 'en')} by ${actor}${length}</span></p>`
}

function runningCard(visit: Visit, job: Job, kind: JobKind): SafeHtml {
  return html`<section class="card"><h2>Progress</h2>
${numbersOf(job, kind)}
<p class="hint">It goes on when you leave this page, and ends with the process that runs it.</p>
<div class="actions">${stopForm(visit, job.id, kind)}<a class="button" href="${visit.base}/jobs/${job.id}">Load again</a></div></section>`
}

const stopForm = (visit: Visit, id: string, kind: JobKind) =>
  actionForm(visit, stopPath(kind), {
    fields: [['job', id]],
    content: html`<button class="button danger">Stop</button>`,
  })

/** How far a job is: its numbers, with a bar where their end is known. */
export function numbersOf({ progress }: Pick<Job, 'progress'>, { bar }: Pick<JobKind, 'bar'>): SafeHtml {
  const entries = Object.entries(progress)
  const [done, total] = (bar ?? []).map((name) => progress[name])
  const isKnown = done !== undefined && total !== undefined && total > 0
  return html`${isKnown && html`<progress value="${Math.min(done, total)}" max="${total}" aria-label="Progress"></progress>`}
${entries.length === 0 ? html`<p>Working. There are no numbers yet.</p>` : facts(entries.map(([name, value]) => [name, numberOf(value)]))}`
}

function endedPart(visit: Visit, job: Job, kind: JobKind): SafeHtml {
  if (job.state === 'done') {
    const { back } = kind
    return html`${kind.result(visit, job as EndedJob<unknown>)}
${back !== undefined && html`<p class="actions"><a class="button" href="${visit.base}${kind.path}">${back}</a></p>`}`
  }
  const text = job.state === 'failed' ? failureText(job.error) : 'What it had done by then stays done.'
  return html`<section class="card"><h2>${job.state === 'failed' ? 'It failed' : 'It was stopped'}</h2>
<p>${text}</p>
${Object.keys(job.progress).length > 0 && numbersOf(job, kind)}
<div class="actions"><a class="button" href="${visit.base}${kind.path}">Back</a></div></section>`
}

// The message of a driver may hold what no page may show, so only our own errors are repeated.
function failureText(error: (Error & { code?: unknown; statusCode?: unknown }) | undefined): string {
  if (error instanceof Refusal) return error.message
  if (error?.statusCode === 503) return `${unavailable().message} What was done stays done.`
  const isOurs = String(error?.code).startsWith('FST_STORED_SESSION_')
  return isOurs ? error!.message : `${failed().message} What was done stays done.`
}
