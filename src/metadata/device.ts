import { createRequire } from 'node:module'
import type { DeviceKind, SessionDevice } from './session-metadata.ts'

interface Parsed {
  readonly browser: { readonly name?: string }
  readonly os: { readonly name?: string }
  readonly platform: { readonly type?: string }
}

// Loaded when a list is first asked for, because most processes ask for none.
let parse: ((userAgent: string) => Parsed) | undefined

const MOST_KNOWN = 500
const known = new Map<string, SessionDevice>()

/** What a user agent says of its device. */
export function deviceOf(userAgent: string): SessionDevice {
  const before = known.get(userAgent)
  if (before) return { ...before }
  const device = parsed(userAgent)
  if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value!)
  known.set(userAgent, device)
  return { ...device }
}

const KINDS: Record<string, DeviceKind> = { desktop: 'desktop', mobile: 'phone', tablet: 'tablet', bot: 'bot' }

function parsed(userAgent: string): SessionDevice {
  parse ??= createRequire(import.meta.url)('bowser').parse as (userAgent: string) => Parsed
  const { browser, os, platform } = parse(userAgent)
  const kind = isBot(userAgent) ? 'bot' : (KINDS[platform.type ?? ''] ?? 'unknown')
  return {
    ...(browser.name && { browser: BROWSERS[browser.name] ?? browser.name }),
    ...(os.name && { os: SYSTEMS[os.name] ?? os.name }),
    kind,
  }
}

const BROWSERS: Record<string, string> = {
  'Microsoft Edge': 'Edge',
  'Samsung Internet for Android': 'Samsung Internet',
}
const SYSTEMS: Record<string, string> = { 'Chrome OS': 'ChromeOS' }

// Programs and crawlers name themselves, and browsers for people begin with Mozilla or Opera.
const BOT = /bot\b|crawl|spider|slurp|headless|lighthouse|facebookexternalhit|preview|monitor|uptime|scrape/i
const isBot = (userAgent: string) => BOT.test(userAgent) || /^(?!Mozilla\/|Opera\/)[\w.-]+\/\d/.test(userAgent)
