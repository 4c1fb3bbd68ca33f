import type { SessionDatabase } from '../../database/contract/session-database.ts'
import { timeLimitsOf } from '../../time/time-limits.ts'
import type { SessionEventEmitter, TrimResult } from '../core/events.ts'
import { observeTrim } from '../core/operation.ts'
import type { CheckedStoreOptions } from '../options/store-options.ts'
import { checkedTrimOptions, type TrimLimits, type TrimOptions, type TrimSchedule } from '../options/trim-options.ts'
import { LEAST_SHARE, nextShare } from './pace.ts'
import { leaseOf, type TrimAlone, trimmingAlone } from './trim-alone.ts'
import { LARGEST_BACKLOG, trimRound } from './trim-round.ts'

export type { TrimOptions, TrimResult }

/** A Node.js timer with a longer delay does not wait at all. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The share by which the interval varies, so that the rounds of several processes do not coincide. */
const JITTER = 0.2

/** Deletes rows of expired and ended sessions in batches, by a call, and in the background after {@link start}. */
export class Trimmer {
  readonly #database: SessionDatabase
  readonly #events: SessionEventEmitter
  readonly #schedule: TrimSchedule | false
  readonly #alone: TrimAlone
  /** How long events of the history stay, milliseconds. */
  readonly #retain: number | undefined
  readonly #closing = new AbortController()
  readonly #backlog = new BacklogWatch()
  /** The share of the time that batches of the next background round take with `pause: 'auto'`. */
  #share = LEAST_SHARE
  #timer: NodeJS.Timeout | undefined
  #running: Promise<TrimResult> | undefined

  constructor(
    database: SessionDatabase,
    events: SessionEventEmitter,
    options: Pick<CheckedStoreOptions, 'trim' | 'trimLock' | 'operationTimeout'> &
      Partial<Pick<CheckedStoreOptions, 'history'>>,
  ) {
    const { trim, trimLock, operationTimeout, history } = options
    this.#database = database
    this.#events = events
    this.#schedule = trim
    this.#retain = history ? history.retain : undefined
    this.#alone = trimmingAlone(database, trimLock, leaseOf(timeLimitsOf(operationTimeout).bulk))
  }

  /**
   * Deletes the rows that may be deleted. A concurrent call joins the running round, with the limits of that round.
   *
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
   */
  async trim(options: TrimOptions = {}): Promise<TrimResult> {
    return this.#round(checkedTrimOptions(options, this.#schedule), options)
  }

  /** Starts trimming in the background, on a timer that does not keep the process alive. */
  start(): void {
    const { interval } = this.#schedule || { interval: false as const }
    if (interval === false || this.#closing.signal.aborted) return
    const delay = Math.min(interval * (1 + JITTER * (Math.random() * 2 - 1)), LONGEST_TIMER_MS)
    this.#timer = setTimeout(() => this.runInBackground().finally(() => this.start()), delay).unref()
  }

  /** Runs one round within the limits of the schedule. Never rejects: a failure is an event. */
  async runInBackground(): Promise<void> {
    try {
      const share = this.#schedule && this.#schedule.pause === 'auto' ? this.#share : undefined
      await (this.#schedule ? this.#round(this.#schedule, {}, share) : this.trim())
    } catch (error) {
      this.#events.emit('backgroundError', { work: 'trim', error: error as Error })
    }
  }

  /** Stops the timer, and resolves when a running round has finished its batch. */
  async stop(): Promise<void> {
    this.#closing.abort()
    clearTimeout(this.#timer)
    await this.#running?.catch(() => {})
  }

  #round(limits: TrimLimits, options: TrimOptions, share?: number): Promise<TrimResult> {
    this.#running ??= observeTrim(this.#events, () => this.#reported(limits, options, share)).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #reported(
    limits: TrimLimits,
    { signal: caller, onProgress, actor }: TrimOptions,
    share?: number,
  ): Promise<TrimResult> {
    const signals = { caller, closing: this.#closing.signal, onProgress }
    const result = await trimRound(this.#database, this.#alone, limits, signals, share, { retain: this.#retain })
    this.#events.emit('trimmed', { ...result, ...(actor !== undefined && { actor }) })
    if (share !== undefined) {
      this.#share = nextShare(share, result.stopped)
      // The next round takes more of the time, which may be enough to keep up.
      if (this.#share > share) return result
    }
    const rounds = this.#backlog.growth(result)
    if (rounds !== undefined) this.#events.emit('backlog', { backlog: result.backlog!, rounds })
    return result
  }
}

/** The number of consecutive rounds with a larger backlog, after which the store emits the event. */
const PATIENCE = 3

/** Detects that trimming does not keep up with the sessions that end. */
class BacklogWatch {
  #last = 0
  #rounds = 0

  /** The number of consecutive rounds that increased the backlog, once when it is large enough; otherwise undefined. */
  growth({ stopped, backlog }: TrimResult): number | undefined {
    // A round that was locked, aborted or closed says nothing about whether trimming keeps up.
    if (backlog === undefined || stopped === 'locked' || stopped === 'aborted' || stopped === 'closed') return undefined
    // At this size the backlog is not counted exactly, so it counts as larger.
    const isLarger = backlog > this.#last || backlog >= LARGEST_BACKLOG
    this.#rounds = isLarger ? this.#rounds + 1 : 0
    this.#last = backlog
    return this.#rounds === PATIENCE ? this.#rounds : undefined
  }
}
