import type { EventKind } from '../../database/contract/session-database.ts'
import { type Duration, durationMs } from '../../time/duration.ts'
import type { StoreCore } from '../core/core.ts'
import { checkObject, refuseUndefined, timeOf } from '../options/filter-checks.ts'
import { OptionChecks } from '../options/option-checks.ts'
import { eventsOf } from './event-filter.ts'

/**
 * The options of `activity()`: which time to count, and in which steps.
 *
 * @example
 * ```ts
 * const options: ActivityOptions = { from: new Date('2026-11-01'), bucket: 'day' }
 * const { buckets } = await app.storedSession.activity(options)
 * ```
 */
export interface ActivityOptions {
  /** From this date, rounded down to the start of a bucket. @defaultValue as long ago as events stay, within the limit of buckets */
  from?: Date
  /** Until before this date. @defaultValue now */
  before?: Date
  /** The length of a bucket. The times divide by it since 1970 in UTC. */
  bucket: Duration | 'hour' | 'day'
}

/** The number of events of each kind that happened; a kind without events is absent. */
export type EventCounts = Partial<Record<EventKind, number>>

/** The counts of one bucket. */
export interface ActivityBucket {
  /** Its first moment: a multiple of its length since 1970 in UTC. */
  start: Date
  /** The events of the bucket, by kind. */
  counts: EventCounts
}

/** Counts of events, for charts. */
export interface Activity {
  /** At most 1000, without gaps, in the order of time. */
  buckets: ActivityBucket[]
}

const MOST_BUCKETS = 1_000
const NAMES = ['from', 'before', 'bucket'] as const
const NAMED: Record<string, number> = { hour: 3_600_000, day: 86_400_000 }

/**
 * Counts the events of each bucket by their kind.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, also without the option `history`, and for more than 1000 buckets
 */
export async function activityOf(core: StoreCore, options: ActivityOptions): Promise<Activity> {
  const checks = new OptionChecks()
  checkObject('activity()', options, checks)
  checks.names(options, NAMES)
  refuseUndefined(options, NAMES, checks)
  const length = bucketMs(options.bucket, checks)
  const before = timeOf('before', options.before, checks) ?? Date.now() + 1
  const earliest = before - Math.min(core.history?.retain ?? 0, (MOST_BUCKETS - 1) * length)
  const from = timeOf('from', options.from, checks) ?? earliest
  const start = Math.max(0, Math.floor(from / length) * length)
  const buckets = Math.ceil((before - start) / length)
  if (buckets > MOST_BUCKETS) {
    checks.fault('bucket', `makes ${buckets} buckets, more than ${MOST_BUCKETS}; choose a longer one, or a later from`)
  }
  checks.done()
  const counts = await eventsOf(core, 'activity()').activity({ from: start, before }, length)
  const all = Array.from({ length: Math.max(0, buckets) }, (_, index): ActivityBucket => {
    return { start: new Date(start + index * length), counts: {} }
  })
  for (const { start: time, kind, events } of counts) {
    const bucket = all[(time - start) / length]
    if (bucket) bucket.counts[kind] = events
  }
  return { buckets: all }
}

function bucketMs(bucket: unknown, checks: OptionChecks): number {
  const ms = typeof bucket === 'string' && Object.hasOwn(NAMED, bucket) ? NAMED[bucket] : durationMs(bucket)
  if (ms !== undefined) return ms
  checks.fault('bucket', 'must be "hour", "day", milliseconds or text such as "15m" or "7d"')
  return NAMED.day!
}
