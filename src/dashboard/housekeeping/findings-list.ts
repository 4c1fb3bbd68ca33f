import { type Finding, summaryOf } from '../../doctor/findings/finding.ts'
import { html, type SafeHtml } from '../../pages/html.ts'

const LEVELS: Readonly<Record<Finding['level'], readonly [style: string, text: string]>> = {
  fault: ['bad', 'fault'],
  warning: ['warn', 'warning'],
  ok: ['good', 'ok'],
  skipped: ['', 'skipped'],
}
const ORDER = Object.keys(LEVELS)

/** What the doctor found, the worst first. */
export function findingsList(findings: readonly Finding[]): SafeHtml {
  const sorted = [...findings].sort((one, other) => ORDER.indexOf(one.level) - ORDER.indexOf(other.level))
  return html`<section class="card"><h2>${summaryOf(findings)}</h2>
<ul class="findings">
${sorted.map(findingItem)}</ul></section>`
}

function findingItem({ check, level, message, remedy, sql = [] }: Finding): SafeHtml {
  const [style, text] = LEVELS[level]
  const statements = sql.map((statement) => `${statement};`).join('\n')
  return html`<li><div><span class="state ${style}">${text}</span></div><div><span class="what">${check}</span>
<p>${message}</p>
${remedy !== undefined && html`<p class="soft">${remedy}${sql.length > 0 && ':'}</p>`}
${sql.length > 0 && html`<pre tabindex="0"><code>${statements}</code></pre>`}</div></li>
`
}
