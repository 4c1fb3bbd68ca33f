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

/** Sign-ins, ends and faults of the last hours. */
export function chartsOf({ own, recorded }: Snapshot): SafeHtml {
  const hours = shownHours()
  const begins = hours.map((hour) => (recorded ? (recorded.countsOf(hour) as Counts) : own.sessions.of(hour)))
  const ends = hours.map((hour) => {
    if (!recorded) return own.ends.of(hour)
    return recorded.endsOf(hour) ?? { [UNREAD]: recorded.countsOf(hour).ended ?? 0 }
  })
  const faults = hours.map((hour) => own.faults.of(hour))
  const isSampled = recorded !== undefined && hours.some((hour) => recorded.isSampled(hour))
  const groups: Names = [...endGroups, UNREAD].map((name) => [name, name])
  const charts = [
    { id: 'begins', title: 'Sign-ins and new sessions', series: seriesOf(BEGINS, begins) },
    { id: 'ends', title: 'Ends by reason', series: seriesOf(groups, ends), note: isSampled && SAMPLED },
    {
      id: 'faults',
      title: 'Requests with status 503, of this process',
      series: seriesOf(FAULTS, faults, FAULT_COLOURS),
    },
  ]
  return html`${charts.map(
    ({ note, ...chart }) => html`<section class="card"><h2>${chart.title}</h2>
${note && html`<p class="hint">${note}</p>`}${barChart({ ...chart, hours })}</section>
`,
  )}`
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
