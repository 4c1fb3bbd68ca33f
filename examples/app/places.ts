import type { SessionLocation } from '../../src/index.ts'

/** Places of the made-up users; more of the first ones. Real applications use `stored-session/location`. */
export const PLACES: readonly SessionLocation[] = [
  { country: 'DE', city: 'Berlin', latitude: 52.5, longitude: 13.4 },
  { country: 'DE', city: 'Hamburg', latitude: 53.6, longitude: 10 },
  { country: 'FR', city: 'Paris', latitude: 48.9, longitude: 2.4 },
  { country: 'US', city: 'Boston', latitude: 42.4, longitude: -71.1 },
  { country: 'GB', city: 'London', latitude: 51.5, longitude: -0.1 },
  { country: 'ES', city: 'Madrid', latitude: 40.4, longitude: -3.7 },
  { country: 'PL', city: 'Kraków', latitude: 50.1, longitude: 19.9 },
  { country: 'IN', city: 'Pune', latitude: 18.5, longitude: 73.9 },
  { country: 'BR', city: 'Recife', latitude: -8.1, longitude: -34.9 },
  { country: 'JP', city: 'Osaka', latitude: 34.7, longitude: 135.5 },
  { country: 'ZA', city: 'Durban', latitude: -29.9, longitude: 31 },
  { country: 'NZ', city: 'Wellington', latitude: -41.3, longitude: 174.8 },
]

// RFC 2544 reserves 198.18.0.0/15 for tests, so no client has such an address.
const NETWORK = '198.18.'

/** An address in a place. */
export const addressIn = (place: number, host: number) => `${NETWORK}${place}.${host}`

/** The place of an address, for the option `metadata.location`. */
export function locationOf(_request: unknown, ip: string): SessionLocation | undefined {
  return ip.startsWith(NETWORK) ? PLACES[Number(ip.split('.')[2])] : undefined
}
