import { html, type SafeHtml } from '../../pages/html.ts'
import { timeElement } from '../../pages/times.ts'
import type { KeyAge, KeyStatus } from '../../store/management/key-status.ts'
import { durationOf, numberOf } from '../frame/words.ts'

/** A key, with what it has sealed if that was counted. */
type ShownKey = KeyAge & Partial<Pick<KeyStatus, 'rows' | 'events'>>

const STATES: Readonly<Record<KeyAge['state'], readonly [style: string, text: string]>> = {
  current: ['good', 'seals'],
  retired: ['', 'opens only'],
  pending: ['', 'not in use yet'],
  revoked: ['bad', 'revoked'],
  unknown: ['bad', 'missing'],
  unsealed: ['warn', 'no key'],
}

/** Keys as a table: which seals, and how old each is. */
export function keyTable(keys: readonly ShownKey[], caption: string): SafeHtml {
  const isCounted = keys.some(({ rows }) => rows !== undefined)
  const hasEvents = keys.some(({ events }) => events !== undefined)
  const oldest = oldestOf(keys)
  return html`<table class="stack">
<caption class="hidden">${caption}</caption>
<thead><tr><th scope="col">Key</th><th scope="col">State</th><th scope="col">Since</th>${isCounted && html`<th scope="col" class="number">Sessions</th>`}${hasEvents && html`<th scope="col" class="number">Events</th>`}</tr></thead>
<tbody>
${keys.map((key) => keyRow(key, { isOldest: key === oldest, isCounted, hasEvents }))}</tbody>
</table>`
}

interface RowShape {
  readonly isOldest: boolean
  readonly isCounted: boolean
  readonly hasEvents: boolean
}

function keyRow(key: ShownKey, { isOldest, isCounted, hasEvents }: RowShape): SafeHtml {
  const { id, name, state, since, rows = 0, events = 0 } = key
  const [style, text] = STATES[state]
  const label = id === null ? 'not sealed' : html`${name !== undefined && html`${name} `}<code>${String(id)}</code>`
  const age = since && html` <span class="soft">${durationOf(Math.max(0, Date.now() - since.getTime()))} old</span>`
  const number = (column: string, value: number) =>
    html`<td class="number" data-label="${column}"><div>${numberOf(value)}</div></td>`
  return html`<tr><td data-label="Key"><div>${label}</div></td><td data-label="State"><div><span class="state ${style}">${text}</span>${isOldest && html` <span class="state">oldest</span>`}</div></td><td data-label="Since"><div>${since ? timeElement(since, 'en') : 'not known'}${age}</div></td>${isCounted && number('Sessions', rows)}${hasEvents && number('Events', events)}</tr>
`
}

/** The key that has sealed for longest, where there are several and their dates are known. */
function oldestOf(keys: readonly ShownKey[]): ShownKey | undefined {
  const dated = keys.filter(({ since }) => since !== undefined)
  if (dated.length < 2) return undefined
  return dated.reduce((oldest, key) => (key.since! < oldest.since! ? key : oldest))
}
