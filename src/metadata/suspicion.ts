import { deviceOf } from './device.ts'
import type { CapturedUse, SessionDevice, SessionLocation } from './session-metadata.ts'

/** What changed between two uses of a session. */
export interface SuspiciousChange {
  /** Two capital letters each, as in ISO 3166-1. */
  country?: Change
  /** The kinds of device. */
  device?: Change
  /** The time between the two uses, in milliseconds. The stored last use may be older by `touchInterval`. */
  elapsedMs: number
  /** The distance between the two places, where both have coordinates, in kilometers. */
  distanceKm?: number
}

/**
 * What it was before, and what it is now.
 *
 * @inline
 */
export interface Change {
  /** What it was at the use before. */
  from: string
  /** What it is now. */
  to: string
}

const HOUR_MS = 3_600_000
/** Airliners cruise at about 900 km/h. */
const FASTEST_KM_PER_HOUR = 1_000
/** Databases of addresses place some of them this far from where they are. */
const IMPRECISION_KM = 300
/** Without coordinates, a change of country within this time is faster than a user who was not at a border. */
const SHORTEST_TRIP_MS = HOUR_MS

/**
 * Compares two uses of one session; undefined unless it changed its country, or its kind of device, faster than anyone
 * travels. A user with a VPN, a roaming phone or a browser that shows the page for desktops does so too.
 */
export function suspiciousChange(last: CapturedUse, now: CapturedUse, elapsedMs: number): SuspiciousChange | undefined {
  const distanceKm = distanceOf(last.location, now.location)
  const country = changeOf(last.location?.country, now.location?.country)
  const device = changeOf(kindOf(last), kindOf(now))
  const isTooFast = country !== undefined && isFasterThanTravel(distanceKm, elapsedMs)
  if (!isTooFast && !device) return undefined
  return {
    elapsedMs,
    ...(isTooFast && { country }),
    ...(isTooFast && distanceKm !== undefined && { distanceKm: Math.round(distanceKm) }),
    ...(device && { device }),
  }
}

function changeOf(from: string | undefined, to: string | undefined): Change | undefined {
  return from === undefined || to === undefined || from === to ? undefined : { from, to }
}

function kindOf({ userAgent }: CapturedUse): SessionDevice['kind'] | undefined {
  const { kind } = deviceOf(userAgent)
  return kind === 'unknown' ? undefined : kind
}

function isFasterThanTravel(distanceKm: number | undefined, elapsedMs: number): boolean {
  if (distanceKm === undefined) return elapsedMs < SHORTEST_TRIP_MS
  return distanceKm > IMPRECISION_KM && distanceKm > FASTEST_KM_PER_HOUR * (elapsedMs / HOUR_MS)
}

const EARTH_RADIUS_KM = 6_371
const radians = (degrees: number) => (degrees * Math.PI) / 180

/** The length of the great circle, by the haversine formula. */
function distanceOf(one: SessionLocation = {}, other: SessionLocation = {}): number | undefined {
  const [from, to] = [placeOf(one), placeOf(other)]
  if (!from || !to) return undefined
  const haversine = (angle: number) => Math.sin(angle / 2) ** 2
  const part =
    haversine(to.latitude - from.latitude) +
    Math.cos(from.latitude) * Math.cos(to.latitude) * haversine(to.longitude - from.longitude)
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(part)))
}

function placeOf({ latitude, longitude }: SessionLocation) {
  if (latitude === undefined || longitude === undefined) return undefined
  return { latitude: radians(latitude), longitude: radians(longitude) }
}
