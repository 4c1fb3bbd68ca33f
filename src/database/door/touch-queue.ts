import type { RowTouch } from '../contract/session-database.ts'

/** The time that touches gather before one statement writes them all, in milliseconds. */
const GATHER_MS = 20

/** The maximum number of rows that one statement touches. */
const LARGEST_BATCH = 500

/** The maximum number of pending touches. The next read of a session requests a rejected touch again. */
const MOST_WAITING = 10_000

/**
 * Touches wait briefly in the background, so that one statement serves many sessions, and many requests of one session
 * cause one touch.
 */
export class TouchQueue {
  readonly #write: (touches: readonly RowTouch[]) => Promise<void>
  readonly #onError: (error: Error) => void
  #waiting = new Map<string, RowTouch>()
  // The touches of the last statement: a read that overlapped it still saw the old last use.
  #recent = new Map<string, RowTouch>()
  #timer: NodeJS.Timeout | undefined
  #leaving: Promise<void> | undefined

  constructor(write: (touches: readonly RowTouch[]) => Promise<void>, onError: (error: Error) => void) {
    this.#write = write
    this.#onError = onError
  }

  /** Adds a touch, unless a touch of the same row and version is already in progress. */
  add(touch: RowTouch): void {
    const key = touch.sid.toString('latin1')
    if (isCovered(this.#recent.get(key), touch)) return
    if (this.#waiting.size >= MOST_WAITING && !this.#waiting.has(key)) return
    this.#waiting.set(key, touch)
    if (!this.#leaving) this.#leaveSoon()
  }

  /** Writes the pending touches, and resolves when these and all earlier ones are written. Never rejects. */
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

  // New touches gather while a statement is in progress, so a slow database gets fewer and larger statements.
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

/** Touches closer together than this count as one, in milliseconds: reads that overlap a statement take no longer. */
const SAME_USE_MS = 1_000

/** A touch covers a later one of the same version for this share of the lifetime at most, so that short ones slide too. */
const SAME_USE_SHARE = 1 / 20

function isCovered(earlier: RowTouch | undefined, touch: RowTouch): boolean {
  if (earlier?.version !== touch.version) return false
  const sameUse = Math.min(SAME_USE_MS, (touch.expiresAt - touch.touchedAt) * SAME_USE_SHARE)
  return touch.touchedAt - earlier.touchedAt < sameUse
}
