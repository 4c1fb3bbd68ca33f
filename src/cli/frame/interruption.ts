import { once } from 'node:events'
import { constants } from 'node:os'
import type { Output } from './output.ts'

/** npm repeats the terminal's signal, so a second signal within this time is not a second request. Milliseconds. */
const ECHO_MS = 300

/** A request to stop, by SIGINT or SIGTERM: the first lets the current batch finish, the second ends immediately. */
export class Interruption {
  readonly #controller = new AbortController()
  readonly #output: Output
  #first: number | undefined
  #isListening = false
  #message = 'Stopping after this batch. Interrupt again to stop at once.'

  constructor(output: Output) {
    this.#output = output
  }

  /** After the first read of this property, signals no longer end the process by themselves. */
  get signal(): AbortSignal {
    if (!this.#isListening) this.#listen()
    return this.#controller.signal
  }

  /** Resolves with the first signal, for a command that runs until then and has no batches. */
  async wait(message: string): Promise<void> {
    this.#message = message
    const { signal } = this
    if (!signal.aborted) await once(signal, 'abort')
  }

  get isWished(): boolean {
    return this.#controller.signal.aborted
  }

  #listen(): void {
    this.#isListening = true
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => this.#interrupt(name))
  }

  #interrupt(name: 'SIGINT' | 'SIGTERM'): void {
    const now = performance.now()
    if (this.#first === undefined) {
      this.#first = now
      this.#output.message(this.#message)
      this.#controller.abort()
    } else if (now - this.#first > ECHO_MS) {
      process.exit(128 + constants.signals[name])
    }
  }
}
