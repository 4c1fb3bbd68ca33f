import { readFileSync, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { InvalidOptionsError } from '../errors.ts'
import { checkedLocation } from '../metadata/checked-results.ts'
import type { SessionLocation } from '../metadata/session-metadata.ts'
import { databaseOpener, type LocationReader, type OpenDatabase } from './location-reader.ts'
import { locationFields } from './location-records.ts'
import { publicAddress } from './public-address.ts'

/** How often a lookup checks whether the file changed. */
const CHECK_MS = 10_000

/**
 * The options of `maxmindLocation`.
 *
 * @example
 * ```ts
 * const options: MaxmindLocationOptions = { file: '/var/lib/geoip/city.mmdb', checkEvery: 60_000 }
 * ```
 */
export interface MaxmindLocationOptions {
  /** The path of a city or country database in the format MaxMind DB (`.mmdb`). */
  file: string
  /** Milliseconds between two checks of the file for changes. @defaultValue 10000 */
  checkEvery?: number
}

/** A location function that reads a database. */
export interface MaxmindLocation {
  /**
   * Looks up an address.
   *
   * @param request - not used
   * @param ip - the address, IPv4 or IPv6
   * @returns undefined for an address without a location
   */
  (request: unknown, ip: string): SessionLocation | undefined
  /**
   * Receives the error when a changed file cannot be read; lookups continue with the previous content.
   *
   * @param error - its `cause` is the error of the file
   */
  onFailure?: (error: Error) => void
}

/**
 * Locations from a database file of your own, which is kept in memory and read again after it changed. It needs the
 * package `maxmind`. Private and invalid addresses have no location.
 *
 * @param options - the file
 * @returns a function for `metadata.location`
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS` when the file cannot be read or is not such a database
 * @throws `FST_STORED_SESSION_MISSING_DRIVER` when the package `maxmind` is not installed
 * @see https://maxmind.github.io/MaxMind-DB/ for the format
 * @example
 * ```ts
 * const location = maxmindLocation({ file: '/var/lib/geoip/city.mmdb' })
 * location.onFailure = (error) => app.log.error(error)
 * await app.register(storedSession, { database, secret, metadata: { location } })
 * ```
 */
export function maxmindLocation(options: MaxmindLocationOptions): MaxmindLocation {
  const { file, checkEvery } = checked(options)
  const open = databaseOpener()
  let { reader, version } = opened(file, open)
  let nextCheck = performance.now() + checkEvery
  let isChecking = false

  const refresh = async () => {
    try {
      const found = versionOf(await stat(file))
      if (found === version) return
      // A file that is still being written is refused, and the next check tries again.
      reader = open(await readFile(file))
      version = found
    } catch (error) {
      location.onFailure?.(new Error(`The location database ${file} cannot be read again`, { cause: error }))
    }
  }
  const refreshWhenDue = () => {
    if (isChecking || performance.now() < nextCheck) return
    isChecking = true
    const done = () => {
      isChecking = false
      nextCheck = performance.now() + checkEvery
    }
    // A listener that throws must not end the process.
    refresh().then(done, done)
  }
  const location: MaxmindLocation = (_request, ip) => {
    refreshWhenDue()
    const address = publicAddress(ip)
    return address === undefined ? undefined : checkedLocation(locationFields(reader.get(address)))
  }
  return location
}

function checked({
  file,
  checkEvery = CHECK_MS,
}: Partial<MaxmindLocationOptions> = {}): Required<MaxmindLocationOptions> {
  if (typeof file !== 'string' || file === '') {
    throw new InvalidOptionsError('maxmindLocation: file must be the path of an .mmdb file')
  }
  if (!Number.isFinite(checkEvery) || checkEvery < 0) {
    throw new InvalidOptionsError('maxmindLocation: checkEvery must be milliseconds from 0')
  }
  return { file, checkEvery }
}

function opened(file: string, open: OpenDatabase): { reader: LocationReader; version: string } {
  try {
    // Before the content: a change in between is found by the first check.
    const version = versionOf(statSync(file))
    return { reader: open(readFileSync(file)), version }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be used (${message})`
    const text = `maxmindLocation: the file ${file} ${reason}; give the path of a complete city or country database (.mmdb)`
    throw new InvalidOptionsError(text, { cause: error })
  }
}

/** What differs after a change: of the content, or of the file that has the name. */
const versionOf = ({ ino, mtimeMs, size }: { ino: number; mtimeMs: number; size: number }) =>
  [ino, mtimeMs, size].join(' ')
