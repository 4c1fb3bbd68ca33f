import { html, type SafeHtml } from '../../pages/html.ts'
import { actionForm, choice, figure } from '../frame/forms.ts'
import type { Page, Visit } from '../frame/visit.ts'
import { durationOf } from '../frame/words.ts'
import type { JobKind } from '../job-pages/job-kind.ts'
import { jobTable } from '../job-pages/job-table.ts'
import type { Job } from '../jobs/jobs.ts'
import { keyTable } from './key-table.ts'
import { roundsTable } from './rounds-table.ts'
import type { TrimRounds } from './trim-rounds.ts'
import { backlogText, verdictOf } from './verdict.ts'

/** Rows a second that sealing may be limited to. */
export const RATES = ['', '100', '1000', '10000'] as const

/** Jobs on the page, besides those that run. */
const MOST_JOBS = 10

/** What the page shows besides the database. */
export interface Work {
  readonly rounds: TrimRounds
  readonly jobs: readonly Job[]
  readonly kinds: readonly JobKind[]
}

/** Whether trimming keeps up, how old the keys are, and what can be done about both. */
export async function housekeepingPage(visit: Visit, { rounds: { list: rounds }, jobs, kinds }: Work): Promise<Page> {
  const { store } = visit
  const [backlog, keys] = await Promise.all([store.backlog(), store.keyAges()])
  const { trimInterval: interval } = store
  const { level, text } = verdictOf({ backlog, rounds, interval })
  const [current] = keys
  const shown = jobs.filter(({ state }, index) => index < MOST_JOBS || state === 'running')
  return {
    title: 'Housekeeping',
    section: 'Housekeeping',
    content: html`<p class="notice ${level === 'good' ? '' : level}">${text}</p>
<ul class="figures">
${figure('Rows waiting to be deleted', backlogText(backlog))}
${figure('Rounds of this process', interval === undefined ? 'no timer' : `every ${durationOf(interval)}`)}
${current?.since ? figure('Age of the current key', durationOf(Math.max(0, Date.now() - current.since.getTime()))) : figure('Age of the current key', 'not known', 'keys of a secret have no date')}
</ul>
${visit.may('keys') && tasks(visit)}
<section class="card"><h2>Keys</h2>
${keyTable(keys, 'Keys and their age, the current key first')}
<p class="hint">Some sources of keys do not list former keys. Counting sessions by key finds those that are still needed.</p></section>
${shown.length > 0 && html`<section class="card"><h2>Jobs</h2>${jobTable(visit, shown, kinds, 'Jobs of this process, the newest first')}</section>`}
<section class="card"><h2>Rounds of trimming</h2>
${rounds.length === 0 ? html`<p class="empty">No round has ended in this process since it started.</p>` : roundsTable(rounds)}</section>`,
  }
}

function tasks(visit: Visit): SafeHtml {
  const rate = choice(
    'rate',
    'Rows a second at most',
    '',
    RATES.map((value) => [value, value === '' ? 'no limit' : Number(value).toLocaleString('en')]),
  )
  return html`<section class="card"><h2>What you can do</h2><div class="tasks">
${task(visit, 'trim', { title: 'Trim', text: 'Deletes the rows of expired and ended sessions now.', button: 'Trim now' })}
${
  !visit.store.bindsToCookie &&
  task(visit, 'reencrypt', {
    title: 'Seal with the current key',
    text: 'Seals rows of former keys again, while the application serves requests.',
    button: 'Seal again',
    content: rate,
  })
}
${task(visit, 'keys', { title: 'Count sessions by key', text: 'Says which keys are still needed. Reads the whole table.', button: 'Count' })}
${task(visit, 'doctor', { title: 'Ask the doctor', text: 'Checks settings, database, table, keys and clocks, and says how to fix what is wrong.', button: 'Examine' })}
</div></section>`
}

interface Task {
  readonly title: string
  readonly text: string
  readonly button: string
  readonly content?: SafeHtml
}

function task(visit: Visit, name: string, { title, text, button, content }: Task): SafeHtml {
  const form = actionForm(visit, `/housekeeping/${name}`, {
    content: html`${content}<button class="button">${button}</button>`,
  })
  return html`<div class="task"><h3>${title}</h3><p>${text}</p>${form}</div>`
}
