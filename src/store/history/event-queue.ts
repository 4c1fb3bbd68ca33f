import { setImmediate as nextTurn } from 'node:timers/promises'
import { OverloadedError, ReplacedFileError, UnavailableError } from '../../errors.ts'
import type { Deferred } from '../../time/deferred.ts'
import type { Happening } from '../core/history.ts'
import type { EventStamp } from './event-ids.ts'

/** An event that waits to be stored. */
export interface WaitingEvent extends EventStamp {
  happening: Happening
  /** The caller that waits for it. */
  caller?: Deferred<void> | undefined
}

/** What the queue does with events. */
export interface QueueOutlets {
  /** Stores events with one statement, or few. */
  store(events: readonly WaitingEvent[]): Promise<void>
  onStored(events: number): void
  onDropped(events: number): void
  onError(error: Error): void
}

/** The time that events gather before one statement stores them, in milliseconds. */
const GATHER_MS = 20
/** The most events that wait. */
export const MOST_WAITING = 10_000
/** The most events that one statement stores. */
const LARGEST_BATCH = 250
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/**
 * Events wait briefly in the background, so that one statement stores many. One statement runs at a time. Events that
 * could not be stored stay at the front, and are tried again.
 */
export class EventQueue {
  readonly #outlets: QueueOutlets
  readonly #waiting: WaitingEvent[] = []
  #running: Promise<boolean> | undefined
  #timer: NodeJS.Timeout | undefined
  #isNextTurn = false
  #isClosed = false
  #pause = 0
  #dropped = 0

  constructor(outlets: QueueOutlets) {
    this.#outlets = outlets
  }

  get size(): number {
    return this.#waiting.length
  }

  /** Every event that waits, also while a statement stores it. */
  get waiting(): readonly WaitingEvent[] {
    return this.#waiting
  }

  /** Adds an event, unless too many wait. An event whose caller waits is stored in the next turn. */
  add(event: WaitingEvent): void {
    if (this.#isClosed || this.#waiting.length >= MOST_WAITING) return this.#drop(event, new OverloadedError())
    this.#waiting.push(event)
    this.#resume(event.caller !== undefined)
  }

  /** Stores what waits now. False when a statement failed. */
  async flush(): Promise<boolean> {
    await this.#running
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waiting.length === 0) return true
    this.#running ??= this.#storeAll().finally(() => {
      this.#running = undefined
      if (this.#waiting.length > 0) this.#resume(this.#waiting.some(({ caller }) => caller))
    })
    return this.#running
  }

  /** Stores what waits, and then accepts no further event. What cannot be stored is lost. */
  async close(): Promise<void> {
    await this.flush()
    this.#isClosed = true
    clearTimeout(this.#timer)
    for (const event of this.#waiting.splice(0)) this.#drop(event, new OverloadedError())
    this.#tellDropped()
  }

  #resume(isNow: boolean): void {
    if (this.#running || this.#isClosed) return
    if (!isNow) this.#timer ??= setTimeout(() => void this.flush(), Math.max(GATHER_MS, this.#pause)).unref()
    if (!isNow || this.#isNextTurn) return
    this.#isNextTurn = true
    setImmediate(() => {
      this.#isNextTurn = false
      void this.flush()
    })
  }

  /** Stores batches until none waits, also events that are added meanwhile; false when one failed. */
  async #storeAll(): Promise<boolean> {
    let isStored = true
    while (isStored && this.#waiting.length > 0) {
      isStored = await this.#storeBatch(this.#waiting.slice(0, LARGEST_BATCH))
      // SQLite works synchronously, so let requests run in between.
      if (this.#waiting.length > 0) await nextTurn()
    }
    this.#pause = isStored ? 0 : Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, this.#pause * 2))
    this.#tellDropped()
    return isStored
  }

  async #storeBatch(batch: readonly WaitingEvent[]): Promise<boolean> {
    try {
      await this.#outlets.store(batch)
    } catch (error) {
      if (isPassing(error)) return this.#keep(error as Error)
      return batch.length === 1 ? this.#giveUp(batch[0]!, error as Error) : this.#storeEach(batch)
    }
    this.#waiting.splice(0, batch.length)
    for (const { caller } of batch) caller?.resolve()
    this.#outlets.onStored(batch.length)
    return true
  }

  /** One event that the database cannot hold must not keep the others from being stored. */
  async #storeEach(batch: readonly WaitingEvent[]): Promise<boolean> {
    for (const event of batch) if (!(await this.#storeBatch([event]))) return false
    return true
  }

  /** The events stay, and their callers wait no longer. */
  #keep(error: Error): false {
    for (const event of this.#waiting) {
      event.caller?.reject(error)
      event.caller = undefined
    }
    this.#outlets.onError(error)
    return false
  }

  #giveUp(event: WaitingEvent, error: Error): true {
    this.#waiting.shift()
    this.#drop(event, error)
    this.#outlets.onError(error)
    return true
  }

  #drop({ caller }: WaitingEvent, error: Error): void {
    this.#dropped += 1
    caller?.reject(error)
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return
    const events = this.#dropped
    this.#dropped = 0
    this.#outlets.onDropped(events)
  }
}

/** Whether the database or the keys failed, and not one of the events. */
const isPassing = (error: unknown) => error instanceof UnavailableError || error instanceof ReplacedFileError
