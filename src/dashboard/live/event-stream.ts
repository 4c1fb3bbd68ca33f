import { Readable } from 'node:stream'

/** Bytes that may wait for a slow reader; above it events are skipped. */
const MOST_WAITING = 65_536
/** The time between two signs of life, so that no proxy ends a quiet connection. Milliseconds. */
const HEARTBEAT_MS = 15_000
/** After this time the browser connects again, and the application decides again whether it may. Milliseconds. */
const LIFETIME_MS = 300_000
/** How long a browser waits before it connects again. Milliseconds. */
const RETRY_MS = 3_000

/** A message with a text. JSON has no line break, so no value can begin a field of the protocol. */
export const messageOf = (text: string): string => `data: ${JSON.stringify(text)}\n\n`

/** A response of server-sent events (WHATWG HTML, section 9.2). */
export class EventStream extends Readable {
  #skipped = 0
  readonly #timers: readonly NodeJS.Timeout[]

  constructor() {
    super()
    this.push(`retry: ${RETRY_MS}\n\n`)
    this.#timers = [
      setInterval(() => this.push(':\n\n'), HEARTBEAT_MS).unref(),
      setTimeout(() => this.end(), LIFETIME_MS).unref(),
    ]
  }

  /**
   * Sends a message, or counts its events as skipped while too much waits.
   *
   * @param events - the number of events in it
   */
  send(text: string, events: number): void {
    if (this.#isEnded) return
    if (this.readableLength > MOST_WAITING) {
      this.#skipped += events
      return
    }
    if (this.#skipped > 0) this.push(`event: skipped\ndata: ${this.#skipped}\n\n`)
    this.#skipped = 0
    this.push(messageOf(text))
  }

  end(): void {
    if (!this.#isEnded) this.push(null)
    this.#stop()
  }

  override _read(): void {}

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#stop()
    callback(error)
  }

  get #isEnded(): boolean {
    return this.readableEnded || this.destroyed || this.#hasStopped
  }

  #hasStopped = false

  #stop(): void {
    this.#hasStopped = true
    for (const timer of this.#timers) clearTimeout(timer)
  }
}
