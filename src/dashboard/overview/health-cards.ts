import { html, type SafeHtml } from '../../pages/html.ts'
import { timeElement } from '../../pages/times.ts'
import type { KeyAge } from '../../store/management/key-status.ts'
import { LARGEST_BACKLOG } from '../../store/trimming/trim-round.ts'
import { facts } from '../frame/forms.ts'
import type { Visit } from '../frame/visit.ts'
import { counted, durationOf, numberOf } from '../frame/words.ts'
import type { Snapshot } from './snapshot.ts'

const DATABASES = { pg: 'PostgreSQL', mysql: 'MySQL or MariaDB', sqlite: 'SQLite' } as const

/** The database, trimming and the history. */
export function healthCard({ store }: Pick<Visit, 'store'>, snapshot: Snapshot): SafeHtml {
  const { health, own } = snapshot
  const { value } = health
  const state =
    value && (value.ok ? html`<span class="state good">answers</span>` : html`<span class="state bad">fault</span>`)
  return html`<section class="card"><h2>Health</h2>
${facts([
  ['Database', value && html`${DATABASES[value.dialect]} ${state}`],
  ['Fault', value?.code && html`<code>${value.code}</code>`],
  ['Latency', value?.ok && durationOrLess(value.latency)],
  ['Operations waiting', numberOf(store.requests.waiting)],
  ['History events waiting', store.keepsHistory && numberOf(store.historyWaiting)],
  ['Trimming', trimmingOf(snapshot)],
  ['Rows to delete', backlogOf(snapshot)],
  ['Last trimming', own.lastTrim ? lastTrimOf(own.lastTrim) : 'none by this process since it started'],
])}</section>`
}

const durationOrLess = (ms: number) => (ms < 1 ? 'less than 1 ms' : durationOf(ms))

function backlogOf({ backlog: { value, hasFailed } }: Snapshot): string | undefined {
  if (value === undefined) return hasFailed ? 'could not be counted' : undefined
  return value >= LARGEST_BACKLOG ? `${numberOf(LARGEST_BACKLOG)} or more` : numberOf(value)
}

/** Whether trimming keeps up, in words. */
function trimmingOf({ backlog: { value }, own }: Snapshot): SafeHtml | undefined {
  if (own.backlog) return html`<span class="state warn">does not keep up</span>`
  if (value === undefined) return undefined
  if (value >= LARGEST_BACKLOG) return html`<span class="state warn">is behind</span>`
  return html`<span class="state good">keeps up</span>`
}

function lastTrimOf({ at, result }: NonNullable<Snapshot['own']['lastTrim']>): SafeHtml {
  const rest = result.complete ? 'nothing left' : `stopped by ${result.stopped}, some left`
  return html`${timeElement(at, 'en')}: ${counted(result.trimmed, 'row')} deleted, ${rest}`
}

const DAY_MS = 86_400_000

/** The keys, with the oldest marked. */
export function keysCard({ base }: Pick<Visit, 'base'>, { isAway, keys: { value, hasFailed } }: Snapshot): SafeHtml {
  if (!value)
    return html`<section class="card wide"><h2>Keys</h2><p class="hint">${isAway || hasFailed ? 'The keys could not be read.' : 'Being read.'}</p></section>`
  const dated = value.filter((key): key is KeyAge & { since: Date } => key.since !== undefined)
  const oldest = dated.toSorted((one, other) => one.since.getTime() - other.since.getTime())[0]
  return html`<section class="card wide"><h2>Keys</h2>
<table class="stack"><caption class="hidden">Keys, the current key first</caption>
<thead><tr><th scope="col">Key</th><th scope="col">State</th><th scope="col">Seals since</th></tr></thead>
<tbody>${value.map((key) => keyRow(key, value.length > 1 && key === oldest))}</tbody></table>
<p class="hint">Sessions by key are counted in <a href="${base}/housekeeping">Housekeeping</a>.</p></section>`
}

function keyRow({ id, name, state, since }: KeyAge, isOldest: boolean): SafeHtml {
  const age = since && Math.floor((Date.now() - since.getTime()) / DAY_MS)
  const text = since
    ? html`${since.toISOString().slice(0, 10)} <span class="soft">${counted(age!, 'day')}</span>`
    : 'no date'
  return html`<tr><td data-label="Key"><div>${name ?? `Key ${id}`}${name !== undefined && html` <span class="soft">${id ?? ''}</span>`}</div></td><td data-label="State"><div><span class="state${state === 'current' && html` good`}">${state}</span>${isOldest && html` <span class="state">oldest</span>`}</div></td><td data-label="Seals since"><div>${text}</div></td></tr>
`
}
