import { html, type SafeHtml } from '../../pages/html.ts'
import { LARGEST_BACKLOG } from '../../store/trimming/trim-round.ts'
import type { Visit } from '../frame/visit.ts'
import { counted, numberOf } from '../frame/words.ts'
import { HOUR_MS, type HourlyCounts, hourOf } from './hours.ts'
import type { Snapshot } from './snapshot.ts'

/** One sentence about the state, with a place that has more. */
export interface Finding {
  readonly grade: 'bad' | 'warn'
  readonly text: string
  readonly link?: { readonly path: string; readonly name: string }
}

const HOUSEKEEPING = { path: '/housekeeping', name: 'Housekeeping' }

/** What an operator has to know first, the worst first. */
export function findingsOf(snapshot: Snapshot): Finding[] {
  const found = [unhealthy, failing, lagging, unreadable, losing, ageing].map((find) => find(snapshot))
  return found.filter((finding) => finding !== undefined).sort((one, other) => gradeOf(one) - gradeOf(other))
}

const gradeOf = ({ grade }: Finding) => (grade === 'bad' ? 0 : 1)

/** The findings as a notice; without one it says so. */
export function verdictOf({ base }: Pick<Visit, 'base'>, snapshot: Snapshot): SafeHtml {
  const findings = findingsOf(snapshot)
  if (!snapshot.health.value)
    return html`<p class="verdict notice warn">Being counted: the numbers come in a moment.</p>`
  if (findings.length === 0) return html`<p class="verdict notice">No problems found.</p>`
  return html`${findings.map(
    ({ grade, text, link }) =>
      html`<p class="verdict notice ${grade}">${text}${link && html` <a href="${base}${link.path}">${link.name}</a>`}</p>`,
  )}`
}

function unhealthy({ health: { value } }: Snapshot): Finding | undefined {
  if (!value || value.ok) return undefined
  const code = value.code === undefined ? '' : ` (${value.code})`
  const text = `The database or the key provider does not answer${code}: requests that need a session get the status 503, and nobody is signed out.`
  return { grade: 'bad', text: value.remedy === undefined ? text : `Sessions cannot be stored${code}: ${value.remedy}` }
}

function failing({ own }: Snapshot): Finding | undefined {
  const faults = inLastHours(own.faults)
  if (faults === 0) return undefined
  const text = `${counted(faults, 'request')} of this process got the status 503 since ${sinceText()} because of a fault.`
  return { grade: 'warn', text, link: { path: '/live', name: 'Live' } }
}

function lagging({ own, backlog }: Snapshot): Finding | undefined {
  const { event } = own.backlog ?? {}
  if (event) {
    const text = `Trimming does not keep up: ${atLeast(event.backlog)} are left, and each of ${event.rounds} rounds left more than the one before.`
    return { grade: 'warn', text, link: HOUSEKEEPING }
  }
  if ((backlog.value ?? 0) < LARGEST_BACKLOG) return undefined
  return { grade: 'warn', text: `${atLeast(LARGEST_BACKLOG)} wait to be deleted.`, link: HOUSEKEEPING }
}

const atLeast = (rows: number) =>
  rows >= LARGEST_BACKLOG ? `${numberOf(LARGEST_BACKLOG)} rows or more` : counted(rows, 'row')

function unreadable({ own }: Snapshot): Finding | undefined {
  const times = inLastHours(own.unreadable)
  if (times === 0) return undefined
  const text = `${counted(times, 'time')} since ${sinceText()} a stored session could not be decrypted. Check whether a key was removed, and who can write to the table.`
  return { grade: 'warn', text, link: HOUSEKEEPING }
}

function losing({ own }: Snapshot): Finding | undefined {
  const lost = inLastHours(own.lostEvents)
  return lost === 0
    ? undefined
    : { grade: 'warn', text: `${counted(lost, 'event')} of the history were lost since ${sinceText()}.` }
}

function ageing({ own: { keyAge } }: Snapshot): Finding | undefined {
  if (!keyAge) return undefined
  const text = `The key that seals sessions is ${counted(keyAge.event.days, 'day')} old: add a new key before it.`
  return { grade: 'warn', text, link: HOUSEKEEPING }
}

/** The running hour and the hour before: a count just after the full hour must not hide what happened just before. */
const inLastHours = (counts: HourlyCounts) => {
  const hour = hourOf(Date.now())
  return [hour, hour - HOUR_MS].flatMap((start) => Object.values(counts.of(start))).reduce((sum, one) => sum + one, 0)
}

const sinceText = () => `${new Date(hourOf(Date.now()) - HOUR_MS).toISOString().slice(11, 16)} UTC`
