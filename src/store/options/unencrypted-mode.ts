import type { SessionEventEmitter } from '../core/events.ts'

/** While rows that are not sealed are read, who can write to the database can make sessions: that is for the days of an import. */
export const LONGEST_UNENCRYPTED_DAYS = 30

/** Raises an event when rows that are not sealed are read from now on, as `acceptUnencrypted` says. */
export function warnOfUnencrypted(events: SessionEventEmitter, until: number): void {
  if (Date.now() < until) events.emit('acceptsUnencrypted', { until: new Date(until) })
}
