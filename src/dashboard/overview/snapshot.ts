import { setTimeout as sleep } from 'node:timers/promises'
import type { Health } from '../../store/health.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'
import { Part } from './part.ts'
import { ProcessCounts } from './process-counts.ts'
import { RecordedHours } from './recorded-hours.ts'

/** How long counts stand, milliseconds. */
const VALID_MS = 60_000
/** How long to wait between two checks of a database that does not answer. */
const FAULT_VALID_MS = 5_000
/** How long to wait between two pages of ends, while reasons of past hours are to be read. */
const READING_MS = 12_000
/** Keys change rarely, and those of an envelope are rows of the database. */
const KEYS_VALID_MS = 600_000
/** How long a page waits for a count. */
const LONGEST_WAIT_MS = 100

/**
 * What the overview shows, counted for all operators together, and only while one looks. In a minute its parts make at
 * most 12 statements, which is one in five seconds:
 *
 *   health 1 · sessions 3 · backlog 1 · hours 1 · reasons 5
 */
export class Snapshot {
  readonly own: ProcessCounts
  /** Undefined without a history. */
  readonly recorded: RecordedHours | undefined
  readonly health: Part<Health>
  readonly sessions
  readonly backlog
  readonly hours
  readonly reasons
  readonly keys
  #running: Promise<void> | undefined
  #isClosed = false

  constructor(store: StoredSessionStore) {
    this.own = new ProcessCounts(store.events, { countsSessions: !store.keepsHistory })
    const recorded = store.keepsHistory ? new RecordedHours(store) : undefined
    this.recorded = recorded
    this.health = new Part(
      () => store.probe(),
      () => (this.isAway ? FAULT_VALID_MS : VALID_MS),
    )
    this.sessions = new Part(
      () => store.stats(),
      () => VALID_MS,
    )
    this.backlog = new Part(
      () => store.backlog(),
      () => VALID_MS,
    )
    this.keys = new Part(
      () => store.keyAges(),
      () => KEYS_VALID_MS,
    )
    this.hours = new Part(
      async () => recorded?.count(),
      () => VALID_MS,
    )
    this.reasons = new Part(
      async () => recorded?.readReasons(),
      () => (recorded?.hasUnread ? READING_MS : VALID_MS),
    )
  }

  /** Whether the database or the key provider does not answer, so that nothing is counted. */
  get isAway(): boolean {
    return this.health.value?.ok === false
  }

  /** Counts what is due, and waits for it a moment. */
  async look(): Promise<void> {
    this.#running ??= this.#renew().finally(() => {
      this.#running = undefined
    })
    const waiting = new AbortController()
    const limit = sleep(LONGEST_WAIT_MS, undefined, { signal: waiting.signal }).catch(() => {})
    await Promise.race([this.#running, limit])
    waiting.abort()
  }

  close(): void {
    this.#isClosed = true
    this.own.stop()
  }

  get #counted() {
    return [this.sessions, this.backlog, this.hours, this.reasons, this.keys]
  }

  /** One statement after another, so that the overview occupies one connection. */
  async #renew(): Promise<void> {
    if (this.health.isDue) await this.health.renew()
    for (const part of this.#counted) {
      if (this.#isClosed || !this.health.value?.ok) return
      if (!part.isDue) continue
      await part.renew()
      // A database that went away must not keep each of them waiting.
      if (part.hasFailed) await this.health.renew()
    }
  }
}
