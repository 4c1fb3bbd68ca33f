import { InvalidOptionsError } from '../errors.ts'
import { checkedLocation } from '../metadata/checked-results.ts'
import type { CapturedRequest } from '../metadata/metadata-options.ts'
import type { SessionLocation } from '../metadata/session-metadata.ts'

/**
 * The options of {@link headerLocation}: the headers that a content delivery network adds, by what they say. At least
 * one. Upper and lower case are the same.
 *
 * @example
 * ```ts
 * const options: HeaderLocationOptions = { country: 'x-vercel-ip-country', city: 'x-vercel-ip-city' }
 * ```
 */
export interface HeaderLocationOptions {
  /** The header with the country, two letters as in ISO 3166-1: `cf-ipcountry`. @defaultValue none */
  country?: string
  /** The header with the name of the region. @defaultValue none */
  region?: string
  /** The header with the name of the city. @defaultValue none */
  city?: string
  /** The header with the latitude, in degrees. @defaultValue none */
  latitude?: string
  /** The header with the longitude, in degrees. @defaultValue none */
  longitude?: string
}

const FIELDS = ['country', 'region', 'city', 'latitude', 'longitude'] as const

/** Codes of Cloudflare for an unknown country and for the Tor network. */
const NO_COUNTRY = ['XX', 'T1']

/** What a name of a header may have in it. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i

/** Text that was cut within a character or is not UTF-8 must stay as it is. */
const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * A location from the headers of a content delivery network. Use it only
 * behind such a network: otherwise clients can send any header.
 *
 * @param options - the names of the headers
 * @returns a function for `metadata.location`
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS` for unknown fields and for names that are not headers
 * @example
 * ```ts
 * const metadata = { location: headerLocation({ country: 'cf-ipcountry', city: 'cf-ipcity' }) }
 * await app.register(storedSession, { database, secret, metadata })
 * ```
 */
export function headerLocation(
  options: HeaderLocationOptions,
): (request: Pick<CapturedRequest, 'headers'>) => SessionLocation | undefined {
  refuseFaults(options)
  const names = FIELDS.flatMap((field) => (options[field] ? [[field, options[field].toLowerCase()] as const] : []))
  return ({ headers }) => {
    const fields = names.map(([field, name]) => [field, fieldValue(field, headers[name])] as const)
    return checkedLocation(Object.fromEntries(fields))
  }
}

function refuseFaults(options: HeaderLocationOptions): void {
  const entries = Object.entries(options ?? {}).filter(([, name]) => name !== undefined)
  const faults = entries.flatMap(([field, name]) => faultOf(field, name))
  if (entries.length === 0) faults.push(`name a header for one of ${FIELDS.join(', ')} at least`)
  if (faults.length > 0) throw new InvalidOptionsError(`headerLocation: ${faults.join('; ')}`)
}

function faultOf(field: string, name: unknown): string[] {
  if (!(FIELDS as readonly string[]).includes(field)) {
    return [`${field} is not an option; use ${FIELDS.join(', ')}`]
  }
  const isName = typeof name === 'string' && HEADER_NAME.test(name)
  return isName ? [] : [`${field} must be the name of a header, such as "cf-ipcountry"`]
}

function fieldValue(
  field: (typeof FIELDS)[number],
  header: string | string[] | undefined,
): string | number | undefined {
  const value = Array.isArray(header) ? header[0] : header
  if (value === undefined || value.trim() === '') return undefined
  if (field === 'latitude' || field === 'longitude') return Number(value)
  const text = decoded(value)
  if (field !== 'country') return text
  const country = /^[a-z0-9]{2}$/i.test(text) ? text.toUpperCase() : text
  return NO_COUNTRY.includes(country) ? undefined : country
}

/** Vercel encodes with percent signs; others send UTF-8, whose bytes Node shows as characters of latin1. */
function decoded(value: string): string {
  try {
    if (/%[0-9a-f]{2}/i.test(value)) return decodeURIComponent(value)
    if (/[\x80-\xff]/.test(value) && !/[^\0-\xff]/.test(value)) return utf8.decode(Buffer.from(value, 'latin1'))
  } catch {
    // Then it is text as it is.
  }
  return value
}
