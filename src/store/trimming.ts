import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SessionDatabase } from '../database/session-database.ts'
import { InvalidOptionsError } from '../errors.ts'
import type { SessionEventEmitter } from './events.ts'
import { OptionChecks } from './option-checks.ts'
import { traceTrim } from './traced-trim.ts'

/** How trimming in the background goes about. */
export interface TrimSchedule {
  /** Milliseconds between two rounds, a little more or less each time, so that processes spread. */
  readonly interval: number
  /** Rows that one statement deletes at most. */
  readonly batchSize: number
}

/** What one call of trim did. */
export interface TrimResult {
  /** Rows deleted. */
  trimmed: number
  /** Statements that deleted them. */
  batches: number
  /** Whether nothing that may be deleted is left. */
  complete: boolean
}

/** How much one call of trim may do. */
export interface TrimOptions {
  /** Rows that one statement deletes at most. @defaultValue the `trim.batchSize` option: 500 */
  batchSize?: number
}

/** A timer that is to wait longer does not wait at all. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Rows that one statement deletes, unless told otherwise, and at most: longer ones would hold up others. */
export const USUAL_BATCH = 500
export const LARGEST_BATCH = 10_000

/** Share of the interval by which rounds differ. */
const JITTER = 0.2

/** Deletes rows of sessions that are over, in batches; by call, and in the background once started. */
export class Trimmer {
  readonly #database: SessionDatabase
  readonly #events: SessionEventEmitter
  readonly #schedule: TrimSchedule | false
  #timer: NodeJS.Timeout | undefined
  #running: Promise<TrimResult> | undefined
  #stopped = false

  constructor(database: SessionDatabase, events: SessionEventEmitter, schedule: TrimSchedule | false) {
    this.#database = database
    this.#events = events
    this.#schedule = schedule
  }

  /**
   * Deletes what may be deleted. Two calls at a time are one.
   *
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
   */
  async trim(options: TrimOptions = {}): Promise<TrimResult> {
    const batchSize = this.#batchSizeOf(options)
    this.#running ??= traceTrim(this.#events, () => this.#run(batchSize)).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** Begins trimming in the background, on a timer that keeps no process alive. */
  start(): void {
    if (!this.#schedule || this.#stopped) return
    const { interval } = this.#schedule
    const delay = Math.min(interval * (1 + JITTER * (Math.random() * 2 - 1)), LONGEST_TIMER_MS)
    this.#timer = setTimeout(() => this.runInBackground().finally(() => this.start()), delay).unref()
  }

  /** One round that reports its failure as an event and never rejects. */
  async runInBackground(): Promise<void> {
    try {
      await this.trim()
    } catch (error) {
      this.#events.emit('backgroundError', { work: 'trim', error: error as Error })
    }
  }

  /** Ends the timer, and resolves when a round that is under way has finished its batch. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#running?.catch(() => {})
  }

  #batchSizeOf(options: TrimOptions): number {
    const checks = new OptionChecks()
    checks.names(options, ['batchSize'])
    const usual = this.#schedule ? this.#schedule.batchSize : USUAL_BATCH
    const batchSize = checks.integer('batchSize', options.batchSize, usual, 1, LARGEST_BATCH)
    if (checks.faults.length > 0) throw new InvalidOptionsError(checks.faults.join('; '))
    return batchSize
  }

  async #run(batchSize: number): Promise<TrimResult> {
    const result: TrimResult = { trimmed: 0, batches: 0, complete: false }
    while (!this.#stopped && !result.complete) {
      const deleted = await this.#database.trim(Date.now(), batchSize)
      result.trimmed += deleted
      result.batches += 1
      result.complete = deleted < batchSize
      // SQLite works inside the call: let requests have their turn.
      await nextTurn()
    }
    return result
  }
}
