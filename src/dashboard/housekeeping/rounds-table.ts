import { html, type SafeHtml } from '../../pages/html.ts'
import { timeElement } from '../../pages/times.ts'
import type { TrimStop } from '../../store/core/events.ts'
import { durationOf, numberOf } from '../frame/words.ts'
import type { TrimRound } from './trim-rounds.ts'
import { backlogText } from './verdict.ts'

const STOPS: Readonly<Record<TrimStop, string>> = {
  done: 'all done',
  rows: 'as many rows as one round may delete',
  time: 'the time of one round was over',
  aborted: 'stopped',
  closed: 'the application closed',
  locked: 'another process trims',
}

/** Why a round of trimming ended. */
export const stopText = (stop: TrimStop): string => STOPS[stop]

/** The last rounds of trimming as a table. */
export function roundsTable(rounds: readonly TrimRound[]): SafeHtml {
  const hasEvents = rounds.some(({ events }) => events !== undefined)
  return html`<table class="stack">
<caption class="hidden">The last rounds of this process, the newest first</caption>
<thead><tr><th scope="col">Ended</th><th scope="col" class="number">Rows deleted</th>${hasEvents && html`<th scope="col" class="number">Events deleted</th>`}<th scope="col" class="number">Left</th><th scope="col" class="number">Took</th><th scope="col">Why it ended</th></tr></thead>
<tbody>
${rounds.map((round) => roundRow(round, hasEvents))}</tbody>
</table>`
}

function roundRow({ at, trimmed, events, backlog, durationMs, stopped }: TrimRound, hasEvents: boolean): SafeHtml {
  const number = (label: string, text: string) => html`<td class="number" data-label="${label}"><div>${text}</div></td>`
  return html`<tr><td data-label="Ended"><div>${timeElement(at, 'en')}</div></td>${number('Rows deleted', numberOf(trimmed))}${hasEvents && number('Events deleted', numberOf(events ?? 0))}${number('Left', backlogText(backlog))}${number('Took', durationOf(durationMs))}<td data-label="Why it ended"><div>${stopText(stopped)}</div></td></tr>
`
}
