import type { EndReason } from '../../src/index.ts'
import { type Content, html } from './html.ts'
import { time, valuesTable } from './values.ts'

/** What somebody who is signed in sees. */
export interface SignedIn {
  name: string
  signedInAt: Date
  /** Whether the browser has bound the session to a key in this device. */
  isDeviceBound: boolean
  count: number
  values: [name: string, value: unknown][]
}

/** Characters that a name may have. */
export const LONGEST_NAME = 80

export function signedInPage({ name, signedInAt, isDeviceBound, count, values }: SignedIn): string {
  return page(
    `Hello, ${name}`,
    html`<p>You signed in on ${time(signedInAt)}.</p>
    ${isDeviceBound ? BOUND : []}
    <section class="card counter" aria-labelledby="counter">
      <h2 id="counter">Your counter</h2>
      <p class="count">${count}</p>
      <form method="post" action="/count"><button>Count one more</button></form>
      <p class="note">Stop the application, however rudely, and start it again: you are still signed in, and the counter
        stands where it stood.</p>
    </section>
    <section class="card">
      ${valuesTable(values)}
      <p class="note">The database has none of this in clear, and not your cookie either: it keeps a hash of the session’s
        id, and these values sealed with AES-256-GCM.</p>
    </section>
    <form method="post" action="/sign-out"><button class="quiet">Sign out</button></form>`,
  )
}

const BOUND = html`<p class="notice">Bound to this device: your browser proves with a key that never leaves it that it is
  still the same, and a copy of your cookie opens nothing elsewhere.</p>`

export function signInPage({ ended, fault }: { ended?: EndReason | undefined; fault?: string }): string {
  const notice = ended === undefined ? undefined : ENDED[ended]
  return page(
    'Sign in',
    html`${notice === undefined ? [] : html`<p class="notice" role="status">${notice}</p>`}
    <form class="card" method="post" action="/sign-in">
      <label for="name">Your name</label>
      <input id="name" name="name" required maxlength="${LONGEST_NAME}" autocomplete="nickname" spellcheck="false"
        aria-describedby="explanation${fault === undefined ? '' : ' fault'}"${fault === undefined ? [] : INVALID}>
      ${fault === undefined ? [] : html`<p class="fault" id="fault" role="alert">${fault}</p>`}
      <p class="note" id="explanation">There is no password: this is a demonstration, and any name will do.</p>
      <button>Sign in</button>
    </form>`,
  )
}

const INVALID = html` aria-invalid="true"`

/** What people are told about the session that their cookie still names; nothing, where there is nothing to tell. */
const ENDED: Partial<Record<EndReason, string>> = {
  idle: 'You were away for a while, so your session ended. Please sign in again.',
  absolute: 'Your session reached its greatest age. Please sign in again.',
  revoked: 'Your session was ended for you. Please sign in again.',
  destroyed: 'You are signed out.',
  unproven: 'Your session is bound to another device, or to a key that your browser has lost. Please sign in again.',
  unreadable: 'Your session could not be read. Please sign in again.',
}

export function faultPage(title: string, message: string): string {
  return page(title, html`<p>${message}</p><p><a href="/">To the start</a></p>`)
}

function page(title: string, content: Content): string {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title} · stored-session</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/style.css">
</head>
<body>
  <header><p>stored-session <span>demonstration</span></p></header>
  <main>
    <h1>${title}</h1>
    ${content}
  </main>
</body>
</html>
`.text
}
