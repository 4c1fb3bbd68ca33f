import { faultOf } from '../../instruments/operation.ts'
import { locationName } from '../../pages/device-names.ts'
import { html, type SafeHtml } from '../../pages/html.ts'
import { timeElement } from '../../pages/times.ts'
import { actionForm, figure, queryString } from '../frame/forms.ts'
import type { Page, Visit } from '../frame/visit.ts'
import { counted, numberOf } from '../frame/words.ts'
import type { Job } from '../jobs/jobs.ts'
import { userLink } from '../sessions/session-table.ts'
import { SURVEY_LIMITS, type Subject, type SurveyResult } from './survey.ts'
import type { Counted } from './tally.ts'

/** The surveys of a dashboard. */
export interface Surveys {
  /** The survey that runs, or failed last. */
  readonly latest: Job<SurveyResult> | undefined
  /** The last one with a result. */
  readonly finished: Job<SurveyResult> | undefined
}

/** Where live sessions are used, and with what. */
export function surveyPage(visit: Visit, { latest, finished }: Surveys): Page {
  const isRunning = latest?.state === 'running'
  return {
    title: 'Survey',
    section: 'Survey',
    content: html`<p class="lead">Counts the live sessions by country, device and network, and finds users who are signed in from two or more countries.</p>
<div id="survey"${isRunning && html` data-refresh="2"`}>
${visit.store.keepsMetadata ? controlOf(visit, latest, finished !== undefined) : NO_METADATA}
${finished?.result && resultOf(visit, finished, finished.result)}
</div>`,
  }
}

const NO_METADATA = html`<p class="notice warn">The sessions do not say where they are used. Set the option <code>metadata</code>, with <code>location</code> for countries.</p>`

function controlOf(visit: Visit, latest: Job<SurveyResult> | undefined, hasResult: boolean): SafeHtml {
  if (latest?.state === 'running') return progressOf(visit, latest)
  const failure =
    latest?.state === 'failed' &&
    html`<p class="notice bad" role="alert">The survey of ${latest.actor} failed: ${faultOf(latest.error).message}. Start it again when the database answers.</p>`
  const button = html`<button class="button primary">${hasResult ? 'Count again' : 'Start'}</button>`
  const hint = html`<p class="hint">It looks at the newest ${numberOf(SURVEY_LIMITS.mostRows)} rows in batches of ${numberOf(SURVEY_LIMITS.batch)}, and rests between them.</p>`
  return html`${failure}${actionForm(visit, '/survey', { content: html`<div class="actions first">${button}</div>` })}${!hasResult && hint}`
}

function progressOf(visit: Visit, { progress, actor, startedAt }: Job): SafeHtml {
  const { looked = 0, live = 0 } = progress
  return html`<section class="card" aria-label="Progress">
<p><strong>Being counted.</strong> ${counted(looked, 'row')} looked at, ${counted(live, 'live session')}. Started by ${actor} ${timeElement(startedAt, 'en')}.</p>
${actionForm(visit, '/survey/stop', { content: html`<div class="actions"><button class="button">Stop</button> <a class="button" href="${visit.base}/survey">Reload</a></div>` })}
</section>`
}

const TITLES: readonly (readonly [subject: Subject, title: string, column: string])[] = [
  ['country', 'Countries', 'Country'],
  ['kind', 'Devices', 'Device'],
  ['browser', 'Browsers', 'Browser'],
  ['os', 'Operating systems', 'System'],
  ['network', 'Networks', 'Network'],
]

function resultOf(visit: Visit, { endedAt, actor, state }: Job, result: SurveyResult): SafeHtml {
  const { live, looked, isPartial, by, travellers, travellerCount } = result
  const extent = isPartial
    ? `The newest ${counted(looked, 'row')} were looked at${state === 'stopped' ? ', then it was stopped' : ''}; older sessions are not counted.`
    : `All ${counted(looked, 'row')} were looked at.`
  return html`<p class="hint">Counted ${timeElement(endedAt!, 'en')} by ${actor}. ${extent}</p>
<ul class="figures">
${figure('Live sessions', numberOf(live))}
${figure('Countries', numberOf(by.country.values))}
${visit.store.knowsUsers && figure('Users in several countries', numberOf(travellerCount))}
</ul>
${visit.store.knowsUsers && travellersOf(visit, { travellers, travellerCount })}
<div class="cards">
${TITLES.map(([subject, title, column]) => countsOf(visit, { subject, title, column, found: by[subject], live }))}
</div>`
}

function travellersOf(
  visit: Visit,
  { travellers, travellerCount }: Pick<SurveyResult, 'travellers' | 'travellerCount'>,
): SafeHtml {
  const row = ({ user, countries, sessions }: SurveyResult['travellers'][number]) =>
    html`<tr><td data-label="User"><div>${userLink(visit, user)}</div></td><td data-label="Countries"><div>${countries.map(countryName).join(', ')}</div></td><td data-label="Sessions" class="number">${numberOf(sessions)}</td></tr>
`
  const table = html`<table class="stack"><caption class="hidden">Users who are signed in from two or more countries</caption>
<thead><tr><th scope="col">User</th><th scope="col">Countries</th><th scope="col" class="number">Sessions</th></tr></thead>
<tbody>${travellers.map(row)}</tbody></table>`
  const more = travellerCount > travellers.length
  return html`<section class="card"><h2>Users in several countries</h2>
${travellers.length === 0 ? html`<p class="empty">No user is, as far as the countries are known.</p>` : table}
${more && html`<p class="hint">The first ${numberOf(travellers.length)} of ${numberOf(travellerCount)}.</p>`}</section>`
}

interface CountsCard {
  readonly subject: Subject
  readonly title: string
  readonly column: string
  readonly found: Counted
  /** All live sessions, of which each value is a share. */
  readonly live: number
}

function countsOf(visit: Visit, { subject, title, column, found, live }: CountsCard): SafeHtml {
  const row = ([value, count]: Counted['top'][number]) =>
    html`<tr><th scope="row" class="value">${valueLink(visit, subject, value)}</th><td class="number">${numberOf(count)}</td><td class="number soft">${shareOf(count, live)}</td></tr>
`
  const rest = found.values - found.top.length
  const note = [
    rest > 0 && `${numberOf(rest)} more.`,
    found.missing > 0 && `Each may be up to ${numberOf(found.missing)} more.`,
  ]
  return html`<section class="card"><h2>${title}</h2>
${
  found.top.length === 0
    ? html`<p class="empty">None is known.</p>`
    : html`<table><caption class="hidden">Live sessions by ${column.toLowerCase()}</caption>
<thead><tr><th scope="col">${column}</th><th scope="col" class="number">Sessions</th><th scope="col" class="number">Share</th></tr></thead>
<tbody>${found.top.map(row)}</tbody></table>`
}
${note.some(Boolean) && html`<p class="hint">${note.filter(Boolean).join(' ')}</p>`}</section>`
}

const shareOf = (count: number, live: number) => `${((count / live) * 100).toFixed(1)}%`

const countryName = (country: string) => locationName({ country }, 'en') ?? country

/** A value, with a link to the sessions that have it where the list can find them. */
function valueLink({ base }: Visit, subject: Subject, value: string): SafeHtml | string {
  const text = subject === 'country' ? countryName(value) : value
  // The list finds countries by their capital letters.
  if (subject === 'browser' || subject === 'os' || (subject === 'country' && value !== value.toUpperCase())) return text
  const query = subject === 'network' ? networkStart(value) : value
  return html`<a href="${base}/sessions${queryString([[subject, query]])}">${text}</a>`
}

/** The beginning that all addresses of a network share, also where addresses are kept whole. */
const networkStart = (network: string) => network.replace(/\.0\/24$/, '.').replace(/:?:\/48$/, ':')
