/** Functions for the option `metadata.location`. @module stored-session/location */

export type { SessionLocation } from '../metadata/session-metadata.ts'
export { type HeaderLocationOptions, headerLocation } from './header-location.ts'
export { type MaxmindLocation, type MaxmindLocationOptions, maxmindLocation } from './maxmind-location.ts'
