import { html, type SafeHtml } from '../../pages/html.ts'
import type { Visit } from './visit.ts'

type Fields = readonly (readonly [name: string, value: string])[]

/** A form that changes something: with the token, fixed fields, and what it asks. */
export function actionForm(
  { base, token }: Visit,
  path: string,
  { fields = [], content }: { readonly fields?: Fields; readonly content: SafeHtml },
): SafeHtml {
  return html`<form method="post" action="${base}${path}">
<input type="hidden" name="token" value="${token}">
${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${content}
</form>`
}

/** A page's question before something is changed: what happens, a button that does it, and the way back. */
export function question(visit: Visit, path: string, { lead, yes, back, fields = [], content }: Question): SafeHtml {
  const buttons = html`${content}<div class="actions">
<button class="button strong">${yes}</button>
<a class="button" href="${visit.base}${back}">Cancel</a>
</div>`
  return html`<p class="lead">${lead}</p>${actionForm(visit, path, { fields, content: buttons })}`
}

interface Question {
  readonly lead: string | SafeHtml
  readonly yes: string
  /** The path below the prefix to which Cancel leads. */
  readonly back: string
  readonly fields?: Fields
  /** Fields that the operator fills in. */
  readonly content?: SafeHtml
}

/** A labelled text field. */
export function textField(
  id: string,
  label: string,
  value = '',
  attributes: { readonly placeholder?: string; readonly required?: boolean; readonly hint?: string } = {},
): SafeHtml {
  const { placeholder, required, hint } = attributes
  return html`<div class="field"><label for="${id}">${label}</label>
<input id="${id}" name="${id}" value="${value}" autocomplete="off" spellcheck="false"${placeholder !== undefined && html` placeholder="${placeholder}"`}${required && html` required`}${hint !== undefined && html` aria-describedby="${id}-hint"`}>
${hint !== undefined && html`<span class="hint" id="${id}-hint">${hint}</span>`}</div>`
}

/** A labelled choice. */
export function choice(
  id: string,
  label: string,
  value: string,
  options: readonly (readonly [value: string, name: string])[],
): SafeHtml {
  return html`<div class="field"><label for="${id}">${label}</label>
<select id="${id}" name="${id}">
${options.map(([one, name]) => html`<option value="${one}"${one === value && html` selected`}>${name}</option>`)}
</select></div>`
}

/** Names and values. Values that are missing are omitted. */
export function facts(
  entries: readonly (readonly [name: string, value: SafeHtml | string | number | false | undefined])[],
): SafeHtml {
  const shown = entries.filter(([, value]) => value !== undefined && value !== false && value !== '')
  return html`<dl class="facts">${shown.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
}

/** One number with its name. */
export function figure(name: string, value: string | SafeHtml, hint?: string): SafeHtml {
  return html`<li class="figure"><span class="name">${name}</span> <span class="value">${value}</span>${hint !== undefined && html` <span class="hint">${hint}</span>`}</li>`
}

/** The part of an address after `?`, with its question mark; empty without parameters. */
export function queryString(parameters: readonly (readonly [name: string, value: string | undefined])[]): string {
  const given = parameters.filter((one): one is [string, string] => one[1] !== undefined)
  const text = new URLSearchParams(given).toString()
  return text === '' ? '' : `?${text}`
}
