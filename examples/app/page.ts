import type { EndReason } from '../../src/index.ts'
import { html, type SafeHtml } from '../../src/pages/html.ts'
import { framed, paths } from './frame.ts'
import { time, valuesTable } from './values.ts'

/** What a signed-in user sees. */
export interface SignedIn {
  name: string
  signedInAt: Date
  /** Whether the browser has bound the session to a key in this device. */
  isDeviceBound: boolean
  count: number
  values: [name: string, value: unknown][]
}

/** A made-up user, and how many live sessions the database holds. */
export interface DemoData {
  user: string
  sessions: number
}

/** Characters of a name. */
export const LONGEST_NAME = 80

export function signedInPage({ name, signedInAt, isDeviceBound, count, values }: SignedIn, data?: DemoData): string {
  return framed(
    `Hello, ${name}`,
    html`<h1>Hello, ${name}</h1>
<p class="lead">You signed in on ${time(signedInAt)}.</p>
${isDeviceBound && BOUND}
<div class="cards">
<section class="card" aria-labelledby="counter">
<h2 id="counter">Your counter</h2>
<div class="figure"><span class="name">Count</span> <span class="value"><span class="count">${count}</span></span></div>
<form method="post" action="/count" class="actions"><button class="button primary">Count one more</button></form>
<p class="hint">Kill the application with <code>kill -9</code>, and start it again: you are still signed in, and the counter has kept
its value.</p>
</section>
${nextSteps(data)}
</div>
<section class="card">
${valuesTable(values)}
<p class="hint">The database stores the session id only as a hash, and these values encrypted with AES-256-GCM. In plaintext it
stores the id of the user, which is your name here, and times.</p>
</section>
<form method="post" action="/sign-out"><button class="button">Sign out</button></form>`,
    paths.start,
  )
}

const BOUND = html`<p class="notice">Bound to this device: your browser proves with a key that never leaves the device that it is
still the same, so a copy of your cookie opens nothing elsewhere.</p>`

/** Where to look next. */
function nextSteps(data: DemoData | undefined): SafeHtml {
  return html`<section class="card" aria-labelledby="next">
<h2 id="next">Two pages come with the package</h2>
<p><a href="${paths.devices}">Your devices</a> shows where you are signed in, and signs out one device or all of them. Sign in
with the same name in a second browser to see it there.</p>
<p><a href="${paths.missionControl}">Mission control</a> is for operators. In this demonstration every signed-in user may open
it, and so may browsers on this machine without signing in. An application decides that with <code>authorize</code>.</p>
${data ? madeUp(data) : html`<p class="hint">Stop it and run <code>npm start -- --with-data</code> to fill them with 500 made-up users.</p>`}
</section>`
}

const grouped = new Intl.NumberFormat('en')

const madeUp = ({
  user,
  sessions,
}: DemoData) => html`<p class="hint">This database was filled with 500 made-up users and has
${grouped.format(sessions)} live sessions. Sign in as <code>${user}</code> to see the devices of one of them.</p>`

export function signInPage(
  { ended, fault }: { ended?: EndReason | undefined; fault?: string },
  data?: DemoData,
): string {
  const notice = ended && ENDED[ended]
  return framed(
    'Sign in',
    html`${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
<h1>Sign in</h1>
<p class="lead">There is no password, because this is a demonstration. Every name works.</p>
<div class="cards">
<form class="card" method="post" action="/sign-in">
<div class="field"><label for="name">Your name</label>
<input id="name" name="name" required maxlength="${LONGEST_NAME}" autocomplete="nickname" spellcheck="false"${fault && html` aria-invalid="true" aria-describedby="fault"`}></div>
${fault && html`<p class="hint danger" id="fault" role="alert">${fault}</p>`}
<div class="actions"><button class="button primary">Sign in</button></div>
</form>
${nextSteps(data)}
</div>`,
    paths.start,
  )
}

/** Why the session of the cookie has ended, where its user should know. */
const ENDED: Partial<Record<EndReason, string>> = {
  idle: 'Your session has expired, because you did not use it for a while. Sign in again.',
  absolute: 'Your session has reached its maximum age. Sign in again.',
  revoked: 'Your session was ended on another device or by an operator. Sign in again.',
  destroyed: 'You are signed out.',
  unproven: 'Your session is bound to another device, or to a key that your browser has lost. Sign in again.',
  unreadable: 'Your session could not be read. Sign in again.',
}

export function faultPage(title: string, message: string): string {
  return framed(
    title,
    html`<h1>${title}</h1><p class="lead">${message}</p><p class="actions"><a class="button" href="/">To the start</a></p>`,
  )
}
