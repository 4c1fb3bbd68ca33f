import { html, type SafeHtml } from '../../pages/html.ts'
import type { Page, Visit } from '../frame/visit.ts'
import { entryItem } from './entry.ts'
import type { LiveFeed } from './live-feed.ts'

/** Entries of the page itself; with the script it grows to 200. */
const MOST_SHOWN = 50

/** The newest events; the script adds new ones as they come. */
export async function livePage(visit: Visit, feed: LiveFeed): Promise<Page> {
  const entries = await feed.newest(MOST_SHOWN)
  const { base, store } = visit
  return {
    title: 'Live',
    section: 'Live',
    content: html`<p class="lead">${sourceOf(store.keepsHistory)}</p>
<div class="live-bar">
<button type="button" class="button" id="live-pause" aria-pressed="false" hidden>Pause</button>
<a class="button" href="${base}/live">Reload</a>
<span class="state" id="live-state">The ${MOST_SHOWN} newest events</span>
<span class="hint" id="live-waiting"></span>
<span class="hidden" id="live-announcement" role="status"></span>
</div>
<section class="card" aria-label="Events, the newest first">
<p class="empty" id="live-empty"${entries.length > 0 && html` hidden`}>Nothing has happened yet.</p>
<ol class="events" id="live" data-events="${base}/live/events">
${entries.map((entry) => html`${entryItem(visit, entry)}\n`)}</ol>
</section>`,
  }
}

function sourceOf(keepsHistory: boolean): SafeHtml {
  return keepsHistory
    ? html`Sessions of all processes from the history, at most ten seconds late, and the faults and warnings that this process had.`
    : html`Events of this process alone: the option <code>history</code> shows the sessions of all processes, with users and devices.`
}
