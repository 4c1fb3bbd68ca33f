import type { SessionDevice, SessionLocation, SessionUse } from '../metadata/session-metadata.ts'
import { filled } from './filled.ts'

/** The words in the names of devices. */
export interface DeviceTexts {
  unknownDevice: string
  /** With `{browser}` and `{system}`. */
  deviceName: string
  /** With `{system}`. */
  phone: string
  tablet: string
  /** A bot or another program. */
  program: string
}

/** Characters of a name: a user agent may name itself at any length. */
const LONGEST = 60

/** Systems whose devices have names of their own. */
const APPLE = new Map([
  ['iOS', 'iPhone'],
  ['iPadOS', 'iPad'],
])

/** The name of a device as a person understands it: "Firefox on Windows", "Chrome on Android phone". */
export function deviceName(device: SessionDevice | undefined, texts: DeviceTexts): string {
  if (device?.kind === 'bot') return texts.program
  const system = device?.os && shortened(systemName(device.os, device.kind, texts))
  const browser = device?.browser && shortened(device.browser)
  if (browser && system) return filled(texts.deviceName, { browser, system })
  return browser || system || texts.unknownDevice
}

function systemName(os: string, kind: SessionDevice['kind'], texts: DeviceTexts): string {
  const apple = APPLE.get(os)
  if (apple) return apple
  if (os !== 'Android' || (kind !== 'phone' && kind !== 'tablet')) return os
  return filled(texts[kind], { system: os })
}

/** A place from the smallest to the largest: "Berlin, Germany". Undefined where none is known. */
export function locationName(location: SessionLocation | undefined, language: string): string | undefined {
  const { city, region, country } = location ?? {}
  const parts = [city ?? region, country && countryName(country, language)].filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : parts.map(shortened).join(', ')
}

function countryName(country: string, language: string): string {
  if (!/^[A-Z]{2}$/.test(country)) return country
  return new Intl.DisplayNames([language, 'en'], { type: 'region' }).of(country) ?? country
}

const shortened = (text: string) => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1).toWellFormed()}…`)

/** What the picture of a device shows. */
export type Picture = 'desktop' | 'phone' | 'tablet' | 'unknown'

export function pictureOf(use: SessionUse | undefined): Picture {
  const kind = use?.device?.kind ?? 'unknown'
  return kind === 'bot' ? 'unknown' : kind
}
