import type { SessionEvents } from '../store/core/events.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import type { GaugeKey } from './gauges.ts'

/** One value of a gauge. */
export interface Reading {
  readonly value: number
  readonly labels: { readonly [label: string]: string }
}

/** The shortest time between two counts of a sample of the table. Milliseconds. */
const STATS_MS = 60_000
/** The shortest time between two counts of the rows of each key, which read the whole table. Milliseconds. */
const KEYS_MS = 900_000

/** Reads the gauges of one store. A gauge that cannot be read has no value. */
export class GaugeReadings {
  readonly store: StoredSessionStore
  readonly #stats: () => Promise<Record<'sessions' | 'deviceBound', Reading[]>>
  readonly #keys: () => Promise<Reading[]>
  readonly #onTrimmed = ({ backlog }: SessionEvents['trimmed'][0]) => {
    this.#backlog = backlog
  }
  #backlog: number | undefined

  constructor(store: StoredSessionStore) {
    this.store = store
    this.#stats = atMostEvery(STATS_MS, { sessions: [], deviceBound: [] }, async () => {
      const { live, ended, expired, deviceBound = 0 } = await store.stats()
      const bound = [{ value: deviceBound, labels: {} }]
      return { sessions: readingsOf('state', { live, ended, expired }), deviceBound: bound }
    })
    this.#keys = atMostEvery(KEYS_MS, [], async () => readingsOf('key', await store.countByKey()))
    store.events.on('trimmed', this.#onTrimmed)
  }

  /** Current values, or the last known ones. Never rejects. */
  async read(gauge: GaugeKey): Promise<Reading[]> {
    if (gauge === 'sessions' || gauge === 'deviceBound') return (await this.#stats())[gauge]
    if (gauge === 'keyRows') return this.#keys()
    if (gauge === 'historyWaiting') return [{ value: this.store.historyWaiting, labels: {} }]
    return this.#backlog === undefined ? [] : [{ value: this.#backlog, labels: {} }]
  }

  stop(): void {
    this.store.events.off('trimmed', this.#onTrimmed)
  }
}

function readingsOf(label: string, values: Record<string, number>): Reading[] {
  return Object.entries(values).map(([name, value]) => ({ value, labels: { [label]: name } }))
}

function atMostEvery<Known>(ms: number, nothing: Known, ask: () => Promise<Known>): () => Promise<Known> {
  let next = 0
  let known: Promise<Known> = Promise.resolve(nothing)
  return () => {
    const now = Date.now()
    if (now >= next) {
      next = now + ms
      known = ask().catch(() => nothing)
    }
    return known
  }
}
