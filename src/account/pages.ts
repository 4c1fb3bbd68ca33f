import type { Picture } from '../pages/device-names.ts'
import { filled } from '../pages/filled.ts'
import { html, type SafeHtml } from '../pages/html.ts'
import { timeElement } from '../pages/times.ts'
import { type Device, type Devices, MOST_SHOWN } from './devices.ts'
import type { Language } from './language.ts'

/** What forms need. */
export interface FormContext extends Language {
  /** The path of the prefix, without a slash at its end, and the path of the page. */
  readonly base: string
  readonly home: string
  readonly token: string
}

/** The page that lists the devices of a user. */
export function devicesPage(context: FormContext, { devices, hasMore }: Devices, notice?: string): SafeHtml {
  const { texts, base } = context
  const others = html`<a class="button" href="${base}/sign-out-others">${texts.signOutOthers}</a>`
  return html`<h1>${texts.title}</h1>
<p class="lead">${texts.lead}</p>
${notice && html`<p class="notice" role="status">${notice}</p>`}
<ul class="devices">
${devices.map((device) => deviceItem(context, device))}</ul>
${hasMore && html`<p class="more">${filled(texts.more, { count: MOST_SHOWN })}</p>`}
<div class="actions">
${(hasMore || devices.some(({ isThis }) => !isThis)) && others}
<a class="button danger" href="${base}/sign-out-everywhere">${texts.signOutEverywhere}</a>
</div>`
}

function deviceItem(context: FormContext, device: Device): SafeHtml {
  const { texts, tag } = context
  const { location, ip } = device
  return html`<li class="device${device.isThis && ' this'}">
<span class="icon">${picture(device.picture)}</span>
<div>
<h2>${device.device}${device.isThis && html` <span class="badge">${texts.thisDevice}</span>`}</h2>
<dl>
${location !== null && row(texts.location, location)}
${ip !== null && row(texts.network, ip)}
${row(texts.signedIn, timeElement(new Date(device.signedInAt), tag))}
${row(texts.lastUsed, timeElement(new Date(device.lastUsedAt), tag))}
</dl>
</div>
${signOutForm(context, device)}
</li>
`
}

const row = (term: string, value: string | SafeHtml) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`

function signOutForm({ base, token, texts }: FormContext, { handle, device }: Device): SafeHtml {
  return html`<form method="post" action="${base}/sign-out">
<input type="hidden" name="token" value="${token}">
<input type="hidden" name="handle" value="${handle}">
<button class="button">${texts.signOut}<span class="hidden">: ${device}</span></button>
</form>`
}

/** The page that asks before all other devices, or all devices, are signed out. */
export function confirmationPage({ base, home, token, texts }: FormContext, whom: 'Others' | 'Everywhere'): SafeHtml {
  const path = whom === 'Others' ? 'sign-out-others' : 'sign-out-everywhere'
  return html`<h1>${texts[`confirm${whom}Title`]}</h1>
<p class="lead">${texts[`confirm${whom}`]}</p>
<form method="post" action="${base}/${path}">
<input type="hidden" name="token" value="${token}">
<div class="actions">
<button class="button strong">${texts[`signOut${whom}`]}</button>
<a class="button" href="${home}">${texts.cancel}</a>
</div>
</form>`
}

const SHAPES: Record<Picture, SafeHtml> = {
  desktop: html`<rect x="3" y="4" width="18" height="12" rx="1.5"/><path d="M8 20h8M12 16v4"/>`,
  phone: html`<rect x="7" y="2.5" width="10" height="19" rx="2"/><path d="M11 18.5h2"/>`,
  tablet: html`<rect x="4.5" y="2.5" width="15" height="19" rx="2"/><path d="M11 18.5h2"/>`,
  unknown: html`<circle cx="12" cy="12" r="9"/><path d="M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M12 16.5v.1"/>`,
}

function picture(name: Picture): SafeHtml {
  return html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${SHAPES[name]}</svg>`
}
