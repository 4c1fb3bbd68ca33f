import Bowser from 'bowser'
import { boundedMemo } from './bounded-memo.ts'
import { DEVICE_RULES, isBot } from './device-rules.ts'
import type { SessionDevice } from './session-metadata.ts'

/** Parsed user agents that are kept: listings show the same few again and again. */
const MOST_KEPT = 500

/** Longer text costs more to parse, and says no more. */
const LONGEST = 512

/** Names of bowser that are not those of the products. */
const NAMES: Record<string, string> = {
  'Microsoft Edge': 'Edge',
  'Samsung Internet for Android': 'Samsung Internet',
  'NAVER Whale Browser': 'Whale',
  'Chrome OS': 'ChromeOS',
  WebOS: 'webOS',
}

const KINDS: Record<string, SessionDevice['kind']> = {
  desktop: 'desktop',
  mobile: 'phone',
  tablet: 'tablet',
  bot: 'bot',
}

/** The browser, the system and the kind of device that a user agent names. Unknown text gives `{ kind: 'unknown' }`. */
export function deviceOf(userAgent: string | undefined): SessionDevice {
  const text = userAgent?.slice(0, LONGEST) ?? ''
  if (text.trim() === '') return { kind: 'unknown' }
  // A copy, so that a caller who changes it changes no later result.
  return { ...known(text) }
}

const known = boundedMemo(MOST_KEPT, parsed)

function parsed(userAgent: string): SessionDevice {
  if (isBot(userAgent)) return { kind: 'bot' }
  const rules = DEVICE_RULES.filter(({ when }) => when.test(userAgent)).map(({ gives }) => gives)
  const found = Bowser.parse(userAgent)
  const browser = rules.find((rule) => rule.browser)?.browser ?? nameOf(found.browser.name)
  const os = rules.find((rule) => rule.os)?.os ?? nameOf(found.os.name)
  const kind = rules.find((rule) => rule.kind)?.kind ?? KINDS[found.platform.type ?? ''] ?? 'unknown'
  return { ...(browser && { browser }), ...(os && { os }), kind }
}

const nameOf = (name: string | undefined) => (name === undefined || name === '' ? undefined : (NAMES[name] ?? name))
