import type { Duration } from '../../time/duration.ts'
import { checkedActor } from './actor.ts'
import { OptionChecks } from './option-checks.ts'

/** The kind of lock that lets only one process of a database trim at a time. */
export type TrimLock = 'auto' | 'lease'

/**
 * The option `trim`: when and how much the store trims in the background, and when a row may be trimmed.
 *
 * @example
 * ```ts
 * const trim: TrimOption = { interval: '1h', maxDuration: '5m', grace: '10m' }
 * await app.register(storedSession, { database, secret, trim })
 * ```
 */
export interface TrimOption {
  /** Time between two rounds, varied by a fifth; false for rounds only by `everyRequests`. @defaultValue `'15m'` */
  interval?: Duration | false
  /** The most rows that one statement deletes, 1 to 10000. Slow batches make the next ones smaller. @defaultValue 500 */
  batchSize?: number
  /**
   * Milliseconds between two batches, 0 to 10000, in which other statements can run. `'auto'`: in proportion to how long
   * the batches take, so that they take a two-hundredth of the time; twice as much in each round after one that ran into
   * `maxDuration`, up to 16%. @defaultValue `'auto'`, or 25 with `interval: false`
   */
  pause?: number | 'auto'
  /** The most rows that one round deletes. @defaultValue no limit */
  maxRows?: number
  /** Time after which a round begins no further batch. @defaultValue `'10m'`, or `'1m'` with `interval: false` */
  maxDuration?: Duration
  /**
   * How long rows stay after their session has expired or ended. Set it above the duration of the longest request,
   * which may still ask why its session ended, and above the clock difference between your servers. At least a minute.
   * @defaultValue `'1h'`
   */
  grace?: Duration
  /** Also trim once per this many requests, after a response, for hosts that stop timers; 0: never. @defaultValue 0 */
  everyRequests?: number
  /**
   * How the store lets only one process trim at a time. `'auto'`: the lock of the database (PostgreSQL's advisory
   * locks, `GET_LOCK`), or a lease if the database has no lock that all its nodes share. `'lease'`: always the lease, a
   * row that expires by itself after its holder is killed. @defaultValue `'auto'`
   */
  lock?: TrimLock
}

/**
 * The options of `trim()`: the limits and callbacks of one call.
 *
 * @example
 * ```ts
 * const options: TrimOptions = { maxRows: 100_000, maxDuration: '1m', actor: 'cron' }
 * const { trimmed, complete } = await app.storedSession.trim(options)
 * ```
 */
export interface TrimOptions {
  /** The most rows that one statement deletes, 1 to 10000. @defaultValue the `trim.batchSize` option: 500 */
  batchSize?: number
  /**
   * Milliseconds between two batches, 0 to 10000. `'auto'`: in proportion to how long the batches take, so that they take
   * a two-hundredth of the time. @defaultValue the `trim.pause` option if it is a number, otherwise 25
   */
  pause?: number | 'auto'
  /** The most rows to delete. @defaultValue no limit */
  maxRows?: number
  /** Time after which no further batch begins. @defaultValue no limit */
  maxDuration?: Duration
  /** Who does it, for the history: 1 to 255 characters. @defaultValue none */
  actor?: string
  /** Stops after the current batch. @defaultValue none */
  signal?: AbortSignal
  /** Called after every batch. @defaultValue none */
  onProgress?: (progress: TrimProgress) => void
}

/** The progress of trimming. */
export interface TrimProgress {
  /** Rows deleted so far. */
  readonly trimmed: number
  /** Events of the history deleted so far; absent without a history. */
  readonly events?: number
  /** Statements so far. */
  readonly batches: number
}

/** The limits of one round. */
export interface TrimLimits {
  readonly batchSize: number
  readonly pause: number | 'auto'
  readonly maxRows: number
  readonly maxDuration: number
}

/** The schedule of trimming in the background. */
export interface TrimSchedule extends TrimLimits {
  /** Milliseconds between two rounds; false without a timer. */
  readonly interval: number | false
  readonly everyRequests: number
}

/** A larger batch would block other statements. */
const LARGEST_BATCH = 10_000
const LONGEST_PAUSE_MS = 10_000
const LEAST_GRACE_MS = 60_000
const LARGEST_COUNT = 1_000_000_000

const limitNames = ['batchSize', 'pause', 'maxRows', 'maxDuration'] as const
const optionNames = ['interval', 'everyRequests', 'grace', 'lock', ...limitNames] as const
const locks: readonly TrimLock[] = ['auto', 'lease']

const unlimited = Number.POSITIVE_INFINITY
const usual: TrimLimits = { batchSize: 500, pause: 'auto', maxRows: unlimited, maxDuration: 600_000 }
/** For calls, whose caller waits for the end of the round, and for hosts that stop timers. */
const brisk = { ...usual, pause: 25, maxDuration: 60_000 }

/** Checks the `trim` option; omitted values get their defaults. */
export function checkTrim(
  trim: TrimOption | false | undefined,
  checks: OptionChecks,
): { schedule: TrimSchedule | false; grace: number; lock: TrimLock } {
  const isOptions = typeof trim === 'object' && trim !== null && !Array.isArray(trim)
  if (trim !== undefined && trim !== false && !isOptions) {
    checks.fault('trim', 'must be false, or an object such as { interval: "15m", batchSize: 500 }')
  }
  const options: TrimOption = isOptions ? trim : {}
  checks.names(options, optionNames, 'trim.')
  const { interval, lock = 'auto' } = options
  if (!locks.includes(lock)) checks.fault('trim.lock', 'must be "auto" or "lease"')
  const schedule = {
    ...checkLimits(options, interval === false ? brisk : usual, checks, 'trim.'),
    interval: interval === false ? interval : checks.duration('trim.interval', interval, 900_000),
    everyRequests: checks.integer('trim.everyRequests', options.everyRequests, 0, 0, LARGEST_COUNT),
  }
  return { schedule: trim !== false && schedule, grace: checkGrace(options, checks), lock }
}

/**
 * The limits of one call. The option `trim` does not limit its rows and time.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, naming every fault
 */
export function checkedTrimOptions(options: TrimOptions, schedule: TrimSchedule | false): TrimLimits {
  const checks = new OptionChecks()
  checks.names(options, [...limitNames, 'actor', 'signal', 'onProgress'])
  checks.optionalFunction('onProgress', options.onProgress)
  checkedActor(options.actor, checks)
  const { batchSize, pause: configured } = schedule || brisk
  const pause = configured === 'auto' ? brisk.pause : configured
  const limits = checkLimits(options, { batchSize, pause, maxRows: unlimited, maxDuration: unlimited }, checks)
  const { signal } = options
  if (signal !== undefined && !(signal instanceof AbortSignal)) checks.fault('signal', 'must be an AbortSignal')
  checks.done()
  return limits
}

function checkLimits(options: TrimOptions, otherwise: TrimLimits, checks: OptionChecks, prefix = ''): TrimLimits {
  const integer = (name: 'batchSize' | 'maxRows', least: number, most: number) =>
    checks.integer(`${prefix}${name}`, options[name], otherwise[name], least, most)
  return {
    batchSize: integer('batchSize', 1, LARGEST_BATCH),
    pause: checkPause(options.pause ?? otherwise.pause, checks, prefix),
    maxRows: integer('maxRows', 1, LARGEST_COUNT),
    maxDuration: checks.duration(`${prefix}maxDuration`, options.maxDuration, otherwise.maxDuration),
  }
}

function checkPause(pause: unknown, checks: OptionChecks, prefix: string): number | 'auto' {
  if (pause === 'auto') return pause
  if (typeof pause !== 'string') return checks.integer(`${prefix}pause`, pause, brisk.pause, 0, LONGEST_PAUSE_MS)
  checks.fault(`${prefix}pause`, `must be "auto" or a whole number from 0 to ${LONGEST_PAUSE_MS}`)
  return brisk.pause
}

function checkGrace(options: TrimOption, checks: OptionChecks): number {
  const grace = checks.duration('trim.grace', options.grace, 3_600_000)
  if (grace >= LEAST_GRACE_MS) return grace
  checks.fault(
    'trim.grace',
    'must be 1 minute or more; set it above the duration of the longest request and the clock difference between servers',
  )
  return LEAST_GRACE_MS
}
