import { setTimeout as sleep } from 'node:timers/promises'
import { faultOf } from '../../instruments/operation.ts'
import { randomText } from '../../payload/page-values.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'
import { entryOf, type LiveEntry } from './entry.ts'
import { type Happening, listenToHappenings } from './happenings.ts'

/** Entries that are kept, and entries that one statement reads. */
const MOST_KEPT = 200
/** Entries that a new watcher gets at once. */
const MOST_REPEATED = 50
/** The time between two statements, milliseconds. */
const POLL_MS = 5_000
/** How late an event may be in the table: clocks differ, and events are stored in the background. Milliseconds. */
const LATEST_MS = 10_000
/** How long a page waits for the history. */
const LONGEST_WAIT_MS = 1_000

/** Receives entries as they come, the oldest first. */
export type Watcher = (entries: readonly LiveEntry[]) => void

/**
 * The newest events: of sessions from the history of all processes, which is read for all watchers together and only
 * while there is one, and of this process as they happen.
 */
export class LiveFeed {
  readonly #store: StoredSessionStore
  readonly #watchers = new Set<Watcher>()
  readonly #stopListening: () => void
  /** Tells the entries of this process from those of others, and from those before a restart. */
  readonly #name = randomText()
  #entries: LiveEntry[] = []
  #told = 0
  #polledAt: number | undefined
  #polling: Promise<void> | undefined
  #hasFailed = false
  #timer: NodeJS.Timeout | undefined

  constructor(store: StoredSessionStore) {
    this.#store = store
    this.#stopListening = listenToHappenings(store.events, (happening) => this.#tell(happening), {
      withSessions: !store.keepsHistory,
    })
  }

  /** The newest entries, the newest first. */
  async newest(limit: number): Promise<readonly LiveEntry[]> {
    if (this.#store.keepsHistory && this.#age >= POLL_MS) await this.#refreshInTime()
    return this.#sorted().slice(0, limit)
  }

  async #refreshInTime(): Promise<void> {
    const waiting = new AbortController()
    const late = sleep(LONGEST_WAIT_MS, undefined, { signal: waiting.signal }).catch(() => {})
    await Promise.race([this.#refresh(), late])
    waiting.abort()
  }

  /** The newest of the entries that are known, the oldest first. */
  kept(): readonly LiveEntry[] {
    return this.#sorted().slice(0, MOST_REPEATED).reverse()
  }

  /** Passes entries to a watcher until it stops: first the newest, which a browser may have missed meanwhile. */
  watch(watcher: Watcher): () => void {
    watcher(this.kept())
    this.#watchers.add(watcher)
    this.#schedule()
    return () => {
      this.#watchers.delete(watcher)
      if (this.#watchers.size > 0) return
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
  }

  close(): void {
    this.#stopListening()
    this.#watchers.clear()
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    if (!this.#store.keepsHistory || this.#timer) return
    this.#timer = setTimeout(async () => {
      // A page may have read the history just now.
      if (this.#age >= POLL_MS / 2) await this.#refresh()
      this.#timer = undefined
      if (this.#watchers.size > 0) this.#schedule()
    }, POLL_MS).unref()
  }

  /** The newest first: an event of the history arrives late. */
  #sorted(): LiveEntry[] {
    return this.#entries.toSorted((one, other) => other.at.getTime() - one.at.getTime())
  }

  /** The time since the history was read, milliseconds. */
  get #age(): number {
    return this.#polledAt === undefined ? Number.POSITIVE_INFINITY : Math.abs(Date.now() - this.#polledAt)
  }

  /** Reads what is new in the history. Never rejects. */
  #refresh(): Promise<void> {
    this.#polling ??= this.#read().finally(() => {
      this.#polling = undefined
    })
    return this.#polling
  }

  async #read(): Promise<void> {
    const last = this.#polledAt
    const now = Date.now()
    try {
      const from = last === undefined ? {} : { from: new Date(last - LATEST_MS) }
      const { events, next } = await this.#store.history({ ...from, limit: MOST_KEPT })
      this.#polledAt = now
      this.#hasFailed = false
      const known = new Set(this.#entries.map(({ id }) => id))
      const entries = events.map(entryOf).filter(({ id }) => !known.has(id))
      if (last !== undefined && next !== undefined && entries.length === MOST_KEPT) this.#tell(SKIPPED)
      this.#add(entries.reverse())
    } catch (error) {
      // Asked again after the usual time, and told once.
      this.#polledAt = now
      if (!this.#hasFailed)
        this.#tell({ what: 'The history cannot be read', grade: 'bad', detail: faultOf(error).message })
      this.#hasFailed = true
    }
  }

  #tell(happening: Happening): void {
    this.#told++
    this.#add([{ ...happening, id: `${this.#name}-${this.#told}`, at: new Date() }])
  }

  #add(entries: readonly LiveEntry[]): void {
    if (entries.length === 0) return
    this.#entries = [...this.#entries, ...entries].slice(-MOST_KEPT)
    for (const watcher of this.#watchers) watcher(entries)
  }
}

const SKIPPED: Happening = { what: 'Events were skipped', grade: 'warn', detail: `more than ${MOST_KEPT} came at once` }
