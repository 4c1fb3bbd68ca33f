import type { SessionUse } from '../../metadata/session-metadata.ts'
import { type DeviceTexts, deviceName, locationName } from '../../pages/device-names.ts'
import { html, type SafeHtml } from '../../pages/html.ts'
import type { ListedSession } from '../../store/management/listing.ts'

const TEXTS: DeviceTexts = {
  unknownDevice: 'Unknown device',
  deviceName: '{browser} on {system}',
  phone: '{system} phone',
  tablet: '{system} tablet',
  program: 'Program',
}

/** The name of the device of a use, such as "Firefox on Windows". */
export const deviceOf = (use: Pick<SessionUse, 'device'> | undefined): string => deviceName(use?.device, TEXTS)

/** Where a use came from: place and address, as far as they are kept. */
export function placeOf(use: Pick<SessionUse, 'location' | 'ip'> | undefined): string {
  return [locationName(use?.location, 'en'), use?.ip].filter((part) => part !== undefined).join(' · ')
}

const grouped = new Intl.NumberFormat('en')

/** A number as people read it: `12,345`. */
export const numberOf = (value: number): string => grouped.format(value)

/** A number with its noun: `1 session`, `2 sessions`. */
export const counted = (value: number, noun: string): string => `${numberOf(value)} ${noun}${value === 1 ? '' : 's'}`

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB']

/** A size such as `1.2 MB`. */
export function sizeOf(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log(bytes) / Math.log(1_000)), UNITS.length - 1)
  const value = bytes / 1_000 ** power
  return `${power === 0 ? value : value.toPrecision(3)} ${UNITS[power]}`
}

/** A duration of milliseconds such as `3 days` or `12 min`. */
export function durationOf(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  if (seconds < 90) return ms < 1_000 ? `${Math.round(ms)} ms` : `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`
}

const REASONS: Readonly<Record<string, string>> = {
  idle: 'expired: not used',
  absolute: 'expired: too old',
  revoked: 'ended by an operator or on another device',
  destroyed: 'signed out',
  evicted: 'ended for a newer session',
  rotated: 'continues under another id',
  unreadable: 'cannot be decrypted',
  unknown: 'not found',
  reused: 'ended: an old cookie was used again',
  unproven: 'its device did not prove itself',
}

/** What a reason means. */
export const reasonText = (reason: string): string => REASONS[reason] ?? reason

/** The state of a session as a badge, with the reason. */
export function stateBadge({ state, endReason }: Pick<ListedSession, 'state' | 'endReason'>): SafeHtml {
  if (state === 'live') return html`<span class="state good">live</span>`
  const why = endReason && html` <span class="soft">${reasonText(endReason)}</span>`
  return html`<span class="state">${state}</span>${why}`
}
