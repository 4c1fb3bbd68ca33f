import type { RowTouch } from '../contract/session-database.ts'

/** How long touches gather before one statement takes them all, in milliseconds. */
const GATHER_MS = 20

/** Rows that one statement touches at most. */
const LARGEST_BATCH = 500

/** Touches that wait at most. One that finds no place is asked for again when its session is read next. */
const MOST_WAITING = 10_000

/**
 * Touches wait a moment in the background, so that one statement serves many sessions, and any number of requests of
 * one session cause one touch.
 */
export class TouchQueue {
  readonly #write: (touches: readonly RowTouch[]) => Promise<void>
  readonly #onError: (error: Error) => void
  #waiting = new Map<string, RowTouch>()
  // What left a moment ago: a read that was on its way meanwhile still saw the old last use.
  #recent = new Map<string, RowTouch>()
  #timer: NodeJS.Timeout | undefined
  #leaving: Promise<void> | undefined

  constructor(write: (touches: readonly RowTouch[]) => Promise<void>, onError: (error: Error) => void) {
    this.#write = write
    this.#onError = onError
  }

  /** Adds a touch, unless the same row is on its way with this version already. */
  add(touch: RowTouch): void {
    const key = touch.sid.toString('latin1')
    if (isCovered(this.#recent.get(key), touch)) return
    if (this.#waiting.size >= MOST_WAITING && !this.#waiting.has(key)) return
    this.#waiting.set(key, touch)
    if (!this.#leaving) this.#leaveSoon()
  }

  /** Writes what waits, and resolves when it and everything before it is written. Never rejects. */
  async flush(): Promise<void> {
    await this.#leaving
    clearTimeout(this.#timer)
    this.#timer = undefined
    const touches = this.#waiting
    if (touches.size === 0) return
    this.#waiting = new Map()
    this.#leaving = this.#leave(touches)
    await this.#leaving
  }

  #leaveSoon(): void {
    this.#timer ??= setTimeout(() => this.flush(), GATHER_MS).unref()
  }

  // While a statement is under way, what comes gathers: a slow database gets fewer of them, and not one behind another.
  async #leave(touches: Map<string, RowTouch>): Promise<void> {
    this.#recent = touches
    const list = [...touches.values()].sort((one, other) => one.sid.compare(other.sid))
    try {
      for (let start = 0; start < list.length; start += LARGEST_BATCH) {
        await this.#write(list.slice(start, start + LARGEST_BATCH))
      }
    } catch (error) {
      this.#recent = new Map()
      this.#onError(error as Error)
    } finally {
      this.#leaving = undefined
      if (this.#waiting.size > 0) this.#leaveSoon()
    }
  }
}

/** Touches closer together than this are one, in milliseconds. */
const SAME_USE_MS = 1_000

function isCovered(earlier: RowTouch | undefined, touch: RowTouch): boolean {
  return earlier?.version === touch.version && touch.touchedAt - earlier.touchedAt < SAME_USE_MS
}
