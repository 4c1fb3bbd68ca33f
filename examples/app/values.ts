import { html, type SafeHtml } from '../../src/pages/html.ts'

/** The values of a session as a table, each with its type after it was read from the database. */
export function valuesTable(values: [name: string, value: unknown][]): SafeHtml {
  return html`<h2>What your session holds</h2>
<table>
<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Value</th></tr></thead>
<tbody>${values.map(valueRow)}</tbody>
</table>`
}

function valueRow([name, value]: [name: string, value: unknown]): SafeHtml {
  return html`
<tr><th scope="row"><code>${name}</code></th><td>${typeName(value)}</td><td>${shown(value)}</td></tr>`
}

function typeName(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

function shown(value: unknown): SafeHtml | string {
  if (value instanceof Date) return time(value)
  if (value instanceof Map) return list(Array.from(value, ([key, item]) => html`${shown(key)}: ${shown(item)}`))
  if (value instanceof Set) return list(Array.from(value, shown))
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function list(items: (SafeHtml | string)[]): SafeHtml | string {
  return items.length === 0 ? 'empty' : html`${items.map((item, index) => html`${index > 0 && ', '}${item}`)}`
}

const readable = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' })

/** A time in UTC, because a page without a script does not know the time zone of its reader. */
export function time(date: Date): SafeHtml {
  return html`<time datetime="${date.toISOString()}">${readable.format(date)} UTC</time>`
}
