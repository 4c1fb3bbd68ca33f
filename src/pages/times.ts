import { html, type SafeHtml } from './html.ts'

const UNITS = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** A past time as people say it, such as "3 minutes ago", with the exact time in UTC as its title. */
export function timeElement(time: Date, language: string): SafeHtml {
  const exact = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'medium', timeZone: 'UTC' })
  const title = `${exact.format(time)} UTC`
  return html`<time datetime="${time.toISOString()}" title="${title}">${relativeTime(time, language)}</time>`
}

function relativeTime(time: Date, language: string): string {
  // The clocks of two servers may differ, so a time may be in the future.
  const seconds = Math.max(0, (Date.now() - time.getTime()) / 1_000)
  const [unit, length] = UNITS.find(([, most]) => seconds >= most) ?? ['second', seconds + 1]
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-Math.floor(seconds / length), unit)
}
