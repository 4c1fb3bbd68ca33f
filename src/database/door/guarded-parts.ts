import { type TimeLimits, within } from '../../time/time-limits.ts'
import type { SessionEventRows, SessionListing } from '../contract/session-database.ts'
import type { UnsealedRows } from '../contract/session-row.ts'
import type { SessionKeys } from '../contract/stored-keys.ts'
import { orNone } from './failure.ts'
import { withKnownReasons } from './known-reasons.ts'

/** Makes a function of the storage retry, fail with our errors, and respect a time limit. */
export type Guard = <Args extends unknown[], Result>(
  ms: number,
  run: (...args: Args) => Promise<Result>,
  after?: (result: Result) => Result,
) => (...args: Args) => Promise<Result>

export function guardedKeys(guard: Guard, keys: SessionKeys, { request, bulk }: TimeLimits): SessionKeys {
  return {
    check: () => within(bulk, keys.check()),
    read: guard(request, keys.read.bind(keys)),
    insert: guard(request, keys.insert.bind(keys)),
    deleteUnused: guard(bulk, keys.deleteUnused.bind(keys)),
  }
}

export function guardedListing(guard: Guard, listing: SessionListing, ms: number): SessionListing {
  return {
    list: orNone(guard(ms, listing.list.bind(listing), withKnownReasons), []),
    count: orNone(guard(ms, listing.count.bind(listing)), 0),
    tally: guard(ms, listing.tally.bind(listing)),
    nthKey: guard(ms, listing.nthKey.bind(listing)),
    nthCreation: guard(ms, listing.nthCreation.bind(listing)),
    endAll: orNone(guard(ms, listing.endAll.bind(listing)), 0),
  }
}

export function guardedUnsealed(guard: Guard, rows: UnsealedRows, { request, bulk }: TimeLimits): UnsealedRows {
  return {
    list: guard(bulk, rows.list.bind(rows), withKnownReasons),
    seal: guard(request, rows.seal.bind(rows)),
  }
}

export function guardedHistory(
  guard: Guard,
  events: SessionEventRows,
  { request, bulk }: TimeLimits,
): SessionEventRows {
  return {
    table: events.table,
    insertMany: guard(request, events.insertMany.bind(events)),
    list: orNone(guard(bulk, events.list.bind(events)), []),
    count: orNone(guard(bulk, events.count.bind(events)), 0),
    activity: orNone(guard(bulk, events.activity.bind(events)), []),
    sessionsOf: orNone(guard(bulk, events.sessionsOf.bind(events)), []),
    erase: orNone(guard(bulk, events.erase.bind(events)), 0),
    sealedByOthers: guard(bulk, events.sealedByOthers.bind(events)),
    reseal: guard(request, events.reseal.bind(events)),
    countByKey: guard(bulk, events.countByKey.bind(events)),
    trim: guard(bulk, events.trim.bind(events)),
    check: () => within(bulk, events.check()),
  }
}
