import { html, type SafeHtml } from '../../pages/html.ts'
import { timeElement } from '../../pages/times.ts'
import { figure } from '../frame/forms.ts'
import type { Page, Visit } from '../frame/visit.ts'
import { numberOf } from '../frame/words.ts'
import { chartsOf } from './charts.ts'
import { healthCard, keysCard } from './health-cards.ts'
import { shownHours } from './hours.ts'
import type { Snapshot } from './snapshot.ts'
import { verdictOf } from './verdict.ts'

/** The first page: what is wrong, how many are signed in, what happened, and the health. */
export async function overviewPage(visit: Visit, snapshot: Snapshot): Promise<Page> {
  await snapshot.look()
  return {
    title: 'Overview',
    section: 'Overview',
    // Reloading costs the database nothing: what is shown was counted for all operators together.
    content: html`<div id="overview" data-refresh="5">
${verdictOf(visit, snapshot)}
${figuresOf(snapshot)}
<p class="hint">${sourceOf(snapshot)} ${countedAt(snapshot)}</p>
<div class="cards">
${chartsOf(snapshot)}
${healthCard(visit, snapshot)}
${keysCard(visit, snapshot)}
</div>
</div>`,
  }
}

function figuresOf(snapshot: Snapshot): SafeHtml {
  const { sessions, own, recorded } = snapshot
  const hours = shownHours()
  const total = (count: (hour: number) => number) => hours.reduce((sum, hour) => sum + count(hour), 0)
  const all = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((sum, one) => sum + one, 0)
  const isCounted = !recorded || snapshot.hours.countedAt !== undefined
  const begun = total((hour) => (recorded ? recorded.countsOf(hour).created : own.sessions.of(hour).created) ?? 0)
  const ended = total((hour) => (recorded ? (recorded.countsOf(hour).ended ?? 0) : all(own.ends.of(hour))))
  const period = 'in 24 hours'
  return html`<ul class="figures">
${figure('Signed in now', sessions.value ? numberOf(sessions.value.live) : pending(snapshot, sessions), sessions.value && !sessions.value.exact ? 'live sessions, estimated' : 'live sessions')}
${figure('New sessions', isCounted ? numberOf(begun) : pending(snapshot, snapshot.hours), period)}
${figure('Ended', isCounted ? numberOf(ended) : pending(snapshot, snapshot.hours), period)}
${figure('Faults', numberOf(total((hour) => all(own.faults.of(hour)))), 'of this process, in 24 hours')}
</ul>`
}

/** What stands for a number that was not counted yet. */
const pending = ({ isAway }: Snapshot, { hasFailed }: { readonly hasFailed: boolean }) =>
  isAway || hasFailed ? '–' : '…'

function sourceOf({ recorded, own }: Snapshot): SafeHtml {
  if (recorded)
    return html`New and ended sessions come from the history, so those of all processes and of the time before a restart count.`
  return html`New and ended sessions are those of this process since it started ${timeElement(own.since, 'en')}. The option <code>history</code> counts those of all processes, and keeps them.`
}

function countedAt({ isAway, sessions: { countedAt, hasFailed } }: Snapshot): SafeHtml {
  if (!countedAt) return html`${isAway || hasFailed ? 'The sessions could not be counted.' : 'Being counted.'}`
  return html`Counted ${timeElement(countedAt, 'en')}${hasFailed && '; a later count failed'}.`
}
