import { html, type SafeHtml } from '../../pages/html.ts'
import { barChart, type Series } from './bar-chart.ts'
import { endGroups } from './ends.ts'
import { type Counts, shownHours } from './hours.ts'
import type { Snapshot } from './snapshot.ts'

/** Names of a series by the names of the counts. */
type Names = readonly (readonly [count: string, name: string])[]

const FAULTS: Names = [
  ['read', 'Reading a session'],
  ['write', 'Saving a session'],
  ['delete', 'Ending a session'],
  ['touch', 'Renewing the last use'],
]

const BEGINS: Names = [['created', 'New sessions']]

const UNREAD = 'Reason not read yet'

interface Chart {
  readonly id: string
  readonly title: string
  readonly series: readonly Series[]
  readonly note?: string | undefined
  /** Whether nothing was counted yet, which is not the same as none. */
  readonly isUncounted?: boolean
}

/** Sign-ins, ends and faults of the last hours. */
export function chartsOf(snapshot: Snapshot): SafeHtml {
  const hours = shownHours()
  const isUncounted = snapshot.recorded !== undefined && snapshot.hours.countedAt === undefined
  const begins: Chart = {
    id: 'begins',
    title: 'Sign-ins and new sessions',
    series: beginsOf(snapshot, hours),
    isUncounted,
  }
  const faults: Chart = {
    id: 'faults',
    title: 'Requests with status 503, of this process',
    series: seriesOf(
      FAULTS,
      hours.map((hour) => snapshot.own.faults.of(hour)),
      FAULT_COLOURS,
    ),
  }
  return html`${[begins, { ...endsOf(snapshot, hours), isUncounted }, faults].map((chart) => cardOf(chart, hours))}`
}

function cardOf({ id, title, series, note, isUncounted }: Chart, hours: readonly number[]): SafeHtml {
  return html`<section class="card"><h2>${title}</h2>
${note !== undefined && html`<p class="hint">${note}</p>`}${isUncounted ? html`<p class="empty">Not counted yet.</p>` : barChart({ id, title, series, hours })}</section>
`
}

function beginsOf({ own, recorded }: Snapshot, hours: readonly number[]): Series[] {
  const counts = hours.map((hour) => (recorded ? (recorded.countsOf(hour) as Counts) : own.sessions.of(hour)))
  return seriesOf(BEGINS, counts)
}

function endsOf({ own, recorded }: Snapshot, hours: readonly number[]): Chart {
  const counts = hours.map((hour) => {
    if (!recorded) return own.ends.of(hour)
    return recorded.endsOf(hour) ?? { [UNREAD]: recorded.countsOf(hour).ended ?? 0 }
  })
  const names: Names = [...endGroups, UNREAD].map((name) => [name, name])
  const isSampled = recorded !== undefined && hours.some((hour) => recorded.isSampled(hour))
  return { id: 'ends', title: 'Ends by reason', series: seriesOf(names, counts), note: isSampled ? SAMPLED : undefined }
}

const COLOURS = [1, 2, 3, 4, 5, 6]
const FAULT_COLOURS = [3, 2, 4, 5]

const SAMPLED = 'The reasons of an hour with more than 500 ends are estimated from a sample.'

function seriesOf(names: Names, hours: readonly Counts[], colours = COLOURS): Series[] {
  const all = names.map(([count, name], index) => ({
    name,
    colour: colours[index]!,
    values: hours.map((counts) => counts[count] ?? 0),
  }))
  const used = all.filter(({ values }) => values.some((value) => value > 0))
  return used.length > 0 ? used : all.slice(0, 1)
}
