import type { SessionLocation } from './session-metadata.ts'
import { cleanText } from './user-agent.ts'

/** The bytes of UTF-8 that are kept of a country, a region or a city. */
const LONGEST_NAME = 128

/** The bytes of UTF-8 that the names and values of `extra` may take together. */
const MOST_EXTRA = 1024

/**
 * The fields of a location that are valid: names without control characters, cut to 128 bytes, and degrees within their
 * range. All others are dropped.
 *
 * @returns undefined when no field is valid
 */
export function checkedLocation(value: unknown): SessionLocation | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  // Each field is read once, because it may be a getter.
  const { country, region, city, latitude, longitude } = value as Record<string, unknown>
  const fields = {
    country: cleanText(country, LONGEST_NAME),
    region: cleanText(region, LONGEST_NAME),
    city: cleanText(city, LONGEST_NAME),
    latitude: degrees(latitude, 90),
    longitude: degrees(longitude, 180),
  }
  const valid = Object.entries(fields).filter(([, field]) => field !== undefined)
  return valid.length > 0 ? Object.fromEntries(valid) : undefined
}

function degrees(value: unknown, most: number): number | undefined {
  return typeof value === 'number' && Math.abs(value) <= most ? value : undefined
}

/**
 * What `extra` gave, copied.
 *
 * @returns undefined for undefined and for an empty object
 * @throws Error for anything but strings by name, and for more than 1024 bytes
 */
export function checkedExtra(value: unknown): Record<string, string> | undefined {
  if (value === undefined) return undefined
  if (typeof (value as { then?: unknown } | null)?.then === 'function') {
    // Its rejection would end the process.
    Promise.resolve(value).catch(() => {})
    throw new Error('metadata.extra must return its object, not a promise; load what it needs before')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('metadata.extra must return an object of strings or undefined')
  }
  const entries = Object.entries(value)
  if (entries.some(([, text]) => typeof text !== 'string')) {
    throw new Error('metadata.extra must return strings alone; convert its other values')
  }
  const bytes = entries.flat().reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  if (bytes > MOST_EXTRA) {
    throw new Error(`metadata.extra returned ${bytes} bytes, more than ${MOST_EXTRA}; return less`)
  }
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}
