import type { EventCounts } from '../../store/audit/activity.ts'
import type { HistoryEvent } from '../../store/audit/event-listing.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'
import { type EndSample, sampleOf, scaled } from './ends.ts'
import { type Counts, HOUR_MS, hourOf, shownHours } from './hours.ts'

/** Ends of one hour whose reasons are read at most. */
const MOST_READ = 500

/** How long the reasons of the running hour stand, milliseconds. */
const RUNNING_VALID_MS = 60_000

interface Hour {
  counts: EventCounts
  sample?: EndSample
  /** How many ends the hour had when they were read, and when that was. */
  readOf?: number
  readAt?: number
}

/** What the history says of the hours that the charts show. Each method that asks the database makes one statement. */
export class RecordedHours {
  readonly #store: StoredSessionStore
  readonly #hours = new Map<number, Hour>()
  /** The hour that was running at the last count. */
  #counted: number | undefined

  constructor(store: StoredSessionStore) {
    this.#store = store
  }

  /**
   * Counts the events of the running hour; when an hour begins, those of all hours, because a request that finds a
   * session expired records its end at its deadline.
   */
  async count(): Promise<void> {
    const shown = shownHours()
    const running = shown.at(-1)!
    const from = this.#counted === running ? running : shown[0]!
    const { buckets } = await this.#store.activity({ from: new Date(from), bucket: 'hour' })
    for (const { start, counts } of buckets) this.#hourAt(start.getTime()).counts = counts
    for (const hour of this.#hours.keys()) if (hour < shown[0]!) this.#hours.delete(hour)
    this.#counted = running
  }

  /** Whether reasons of past hours are still to be read. */
  get hasUnread(): boolean {
    return shownHours()
      .slice(0, -1)
      .some((hour) => this.#isUnread(hour))
  }

  /** Reads the reasons of the newest ends that were not read yet: of all hours that one page holds, or a part of one. */
  async readReasons(): Promise<void> {
    const hours = this.#nextUnread()
    const [oldest, newest] = [hours[0], hours.at(-1)]
    if (oldest === undefined || newest === undefined) return
    const [from, before] = [new Date(oldest), new Date(newest + HOUR_MS)]
    const { events, next } = await this.#store.history({ kind: 'ended', from, before, limit: MOST_READ })
    const last = events.at(-1)
    // The page may stop within an hour. That part is enough if it is the whole page.
    const stop = next === undefined || !last ? undefined : hourOf(last.at.getTime())
    for (const hour of hours) {
      const isRead = stop === undefined || hour > stop || (hour === stop && hour === newest)
      if (isRead) this.#keep(hour, sampleOf(reasonsIn(events, hour)))
    }
  }

  /** The events of an hour by kind. */
  countsOf(hour: number): EventCounts {
    return this.#hours.get(hour)?.counts ?? {}
  }

  /** The ends of an hour by group; undefined while their reasons are not read. */
  endsOf(hour: number): Counts | undefined {
    const ended = this.#endedIn(hour)
    if (ended === 0) return {}
    const { sample } = this.#hours.get(hour) ?? {}
    return sample && sample.size > 0 ? scaled(sample, ended) : undefined
  }

  /** Whether the ends of an hour are estimated from a part of them. */
  isSampled(hour: number): boolean {
    const { sample } = this.#hours.get(hour) ?? {}
    return sample !== undefined && sample.size === MOST_READ && sample.size < this.#endedIn(hour)
  }

  /** The newest hours in succession whose reasons are to be read, the oldest first. */
  #nextUnread(): number[] {
    const hours: number[] = []
    for (const hour of shownHours().reverse()) {
      if (this.#isUnread(hour)) hours.unshift(hour)
      else if (hours.length > 0 && this.#endedIn(hour) > 0) break
    }
    return hours
  }

  #isUnread(hour: number): boolean {
    const { readOf, readAt = 0 } = this.#hours.get(hour) ?? {}
    const isDue = hour !== hourOf(Date.now()) || Math.abs(Date.now() - readAt) >= RUNNING_VALID_MS
    return isDue && this.#endedIn(hour) > 0 && this.#endedIn(hour) !== readOf
  }

  #endedIn(hour: number): number {
    return this.countsOf(hour).ended ?? 0
  }

  #keep(start: number, sample: EndSample): void {
    Object.assign(this.#hourAt(start), { sample, readOf: this.#endedIn(start), readAt: Date.now() })
  }

  #hourAt(start: number): Hour {
    const hour = this.#hours.get(start) ?? { counts: {} }
    this.#hours.set(start, hour)
    return hour
  }
}

const reasonsIn = (events: readonly HistoryEvent[], start: number) =>
  events.filter(({ at }) => hourOf(at.getTime()) === start).map(({ reason }) => reason)
