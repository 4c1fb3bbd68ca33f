import { type Content, type Html, html } from './html.ts'

/** The values of a session as a table, each with the type that it came back with from the database. */
export function valuesTable(values: [name: string, value: unknown][]): Html {
  return html`<table>
      <caption>What your session holds</caption>
      <thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Value</th></tr></thead>
      <tbody>${values.map(valueRow)}</tbody>
    </table>`
}

function valueRow([name, value]: [name: string, value: unknown]): Html {
  return html`
        <tr><th scope="row"><code>${name}</code></th><td>${typeName(value)}</td><td>${shown(value)}</td></tr>`
}

function typeName(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

function shown(value: unknown): Content {
  if (value instanceof Date) return time(value)
  if (value instanceof Map) return list(Array.from(value, ([key, item]) => html`${shown(key)}: ${shown(item)}`))
  if (value instanceof Set) return list(Array.from(value, shown))
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function list(items: Content[]): Content {
  return items.length === 0 ? 'empty' : html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`
}

const readable = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' })

/** A moment as people read it, without a script that knows their time zone. */
export function time(date: Date): Html {
  return html`<time datetime="${date.toISOString()}">${readable.format(date)} UTC</time>`
}
