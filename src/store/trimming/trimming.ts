import type { SessionDatabase } from '../../database/contract/session-database.ts'
import { timeLimitsOf } from '../../time/time-limits.ts'
import type { SessionEventEmitter, TrimResult } from '../core/events.ts'
import { observeTrim } from '../core/operation.ts'
import type { CheckedStoreOptions } from '../options/store-options.ts'
import { checkedTrimOptions, type TrimLimits, type TrimOptions, type TrimSchedule } from '../options/trim-options.ts'
import { leaseOf, type TrimAlone, trimmingAlone } from './trim-alone.ts'
import { LARGEST_BACKLOG, trimRound } from './trim-round.ts'

export type { TrimOptions, TrimResult }

/** A timer that is to wait longer does not wait at all. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Share of the interval by which rounds differ, so that processes spread. */
const JITTER = 0.2

/** Deletes rows of expired and ended sessions, in batches; by call, and in the background once started. */
export class Trimmer {
  readonly #database: SessionDatabase
  readonly #events: SessionEventEmitter
  readonly #schedule: TrimSchedule | false
  readonly #alone: TrimAlone
  readonly #closing = new AbortController()
  readonly #backlog = new BacklogWatch()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<TrimResult> | undefined

  constructor(
    database: SessionDatabase,
    events: SessionEventEmitter,
    { trim, trimLock, operationTimeout }: Pick<CheckedStoreOptions, 'trim' | 'trimLock' | 'operationTimeout'>,
  ) {
    this.#database = database
    this.#events = events
    this.#schedule = trim
    this.#alone = trimmingAlone(database, trimLock, leaseOf(timeLimitsOf(operationTimeout).bulk))
  }

  /**
   * Deletes what may be deleted. Two calls at a time are one: the second joins the first, with its limits.
   *
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
   */
  async trim(options: TrimOptions = {}): Promise<TrimResult> {
    return this.#round(checkedTrimOptions(options, this.#schedule), options)
  }

  /** Begins trimming in the background, on a timer that keeps no process alive. */
  start(): void {
    const { interval } = this.#schedule || { interval: false as const }
    if (interval === false || this.#closing.signal.aborted) return
    const delay = Math.min(interval * (1 + JITTER * (Math.random() * 2 - 1)), LONGEST_TIMER_MS)
    this.#timer = setTimeout(() => this.runInBackground().finally(() => this.start()), delay).unref()
  }

  /** One round within the limits of the schedule, that reports its failure as an event and never rejects. */
  async runInBackground(): Promise<void> {
    try {
      await (this.#schedule ? this.#round(this.#schedule) : this.trim())
    } catch (error) {
      this.#events.emit('backgroundError', { work: 'trim', error: error as Error })
    }
  }

  /** Ends the timer, and resolves when a round that is under way has finished its batch. */
  async stop(): Promise<void> {
    this.#closing.abort()
    clearTimeout(this.#timer)
    await this.#running?.catch(() => {})
  }

  #round(limits: TrimLimits, options: TrimOptions = {}): Promise<TrimResult> {
    this.#running ??= observeTrim(this.#events, () => this.#reported(limits, options)).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #reported(limits: TrimLimits, { signal: caller, onProgress }: TrimOptions): Promise<TrimResult> {
    const result = await trimRound(this.#database, this.#alone, limits, {
      caller,
      closing: this.#closing.signal,
      onProgress,
    })
    this.#events.emit('trimmed', { ...result })
    const rounds = this.#backlog.growth(result)
    if (rounds !== undefined) this.#events.emit('backlog', { backlog: result.backlog!, rounds })
    return result
  }
}

/** Consecutive rounds that leave more than the one before, until the event is raised. */
const PATIENCE = 3

/** Notices when trimming does not keep up with what ends. */
export class BacklogWatch {
  #last = 0
  #rounds = 0

  /** The number of rounds in a row after which the backlog was larger every time, once when these are enough. */
  growth({ stopped, backlog }: TrimResult): number | undefined {
    // Whoever did not come to trim knows nothing of whether trimming keeps up.
    if (backlog === undefined || stopped === 'locked' || stopped === 'aborted' || stopped === 'closed') return undefined
    // From there on it is not counted.
    const isLarger = backlog > this.#last || backlog >= LARGEST_BACKLOG
    this.#rounds = isLarger ? this.#rounds + 1 : 0
    this.#last = backlog
    return this.#rounds === PATIENCE ? this.#rounds : undefined
  }
}
