import { html, type SafeHtml } from '../../pages/html.ts'
import { numberOf } from '../frame/words.ts'

/** One colour of a chart. */
export interface Series {
  readonly name: string
  /** The class of its colour in the style sheet: `bar-1` to `bar-6`. */
  readonly colour: number
  /** A value for each hour. */
  readonly values: readonly number[]
}

/** Stacked bars of the hours, the oldest first. */
export interface BarChart {
  readonly id: string
  /** What the bars count, such as `Ends by reason`. */
  readonly title: string
  readonly hours: readonly number[]
  readonly series: readonly Series[]
}

/** Units of the drawing, which the style sheet stretches. */
const BAR = 10
const GAP = 2
const HEIGHT = 100
/** Hours between two labels. */
const LABEL_STEP = 6

/** A chart, whose numbers are in a table below it. */
export function barChart(chart: BarChart): SafeHtml {
  const { id, title, hours, series } = chart
  const totals = hours.map((_, index) => sum(series.map(({ values }) => values[index]!)))
  if (sum(totals) === 0) return html`<p class="empty">None in the last ${hours.length} hours.</p>`
  const top = roundMaximum(Math.max(...totals))
  const labels = hours.filter((_, index) => index % LABEL_STEP === 0).map(clockTime)
  return html`${legendOf(series)}
<div class="plot">
<div class="scale" aria-hidden="true">${[top, top / 2, 0].map((value) => html`<span>${numberOf(value)}</span>`)}</div>
<svg class="chart" viewBox="0 0 ${hours.length * BAR} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-labelledby="${id}-title">
<title id="${id}-title">${title} by hour: ${numberOf(sum(totals))} in ${hours.length} hours, at most ${numberOf(Math.max(...totals))} in one</title>
${[0, HEIGHT / 2, HEIGHT].map((y) => html`<line class="grid" x1="0" y1="${y}" x2="${hours.length * BAR}" y2="${y}"></line>`)}
${hours.map((_, index) => stackOf(chart, index, top))}
</svg>
<div class="span" aria-hidden="true">${[...labels, 'now'].map((label) => html`<span>${label}</span>`)}</div>
</div>
${numbersOf(chart)}`
}

function stackOf({ hours, series }: BarChart, index: number, top: number): SafeHtml {
  const parts = series.map(({ name, colour, values }) => ({ name, colour, value: values[index]! }))
  const shown = parts.filter(({ value }) => value > 0)
  let y = HEIGHT
  const bars = shown.map(({ colour, value }) => {
    const height = (value / top) * HEIGHT
    y -= height
    return html`<rect class="bar-${colour}" x="${index * BAR + GAP / 2}" y="${rounded(y)}" width="${BAR - GAP}" height="${rounded(height)}"></rect>`
  })
  const text = shown.map(({ name, value }) => `${name}: ${numberOf(value)}`).join(', ')
  return html`<g>${text !== '' && html`<title>${clockTime(hours[index]!)} UTC · ${text}</title>`}<rect class="hour" x="${index * BAR}" y="0" width="${BAR}" height="${HEIGHT}"></rect>${bars}</g>
`
}

function legendOf(series: readonly Series[]): SafeHtml {
  const item = ({ name, colour, values }: Series) =>
    html`<li><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="bar-${colour}" width="12" height="12" rx="3"></rect></svg>${name} <strong>${numberOf(sum(values))}</strong></li>`
  return html`<ul class="legend">${series.filter(({ values }) => sum(values) > 0).map(item)}</ul>`
}

function numbersOf({ id, title, hours, series }: BarChart): SafeHtml {
  const heads = series.map(({ name }) => html`<th scope="col" class="number">${name}</th>`)
  const row = (hour: number, index: number) =>
    html`<tr><th scope="row"><time datetime="${new Date(hour).toISOString()}">${clockTime(hour)}</time></th>${series.map(({ values }) => html`<td class="number">${numberOf(values[index]!)}</td>`)}</tr>
`
  return html`<details id="${id}-numbers"><summary>Show the numbers</summary>
<div class="scroll" tabindex="0" role="region" aria-label="${title}, the numbers">
<table class="numbers"><caption>${title} by hour, times in UTC</caption>
<thead><tr><th scope="col">Hour</th>${heads}</tr></thead>
<tbody>${hours.map(row).reverse()}</tbody></table></div></details>`
}

/** The time of the day at which an hour starts, in UTC. */
const clockTime = (time: number) => new Date(time).toISOString().slice(11, 16)

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const rounded = (value: number) => Math.round(value * 100) / 100

const STEPS = [2, 4, 6, 8, 10, 20]

/** The lowest round number that is not below a maximum, whose half is whole. */
function roundMaximum(most: number): number {
  for (let power = 1; ; power *= 10) {
    const found = STEPS.map((step) => step * power).find((step) => step >= most)
    if (found !== undefined) return found
  }
}
