import type { SessionEventEmitter, TrimResult } from '../../store/core/events.ts'

/** A round of trimming, and when it ended. */
export interface TrimRound extends TrimResult {
  readonly at: Date
}

const MOST_ROUNDS = 20

/** The last rounds of trimming of this process. */
export class TrimRounds {
  readonly #events: SessionEventEmitter
  readonly #rounds: TrimRound[] = []
  readonly #note = (result: TrimResult) => {
    this.#rounds.unshift({ ...result, at: new Date() })
    this.#rounds.splice(MOST_ROUNDS)
  }

  constructor(events: SessionEventEmitter) {
    this.#events = events
    events.on('trimmed', this.#note)
  }

  /** The newest first. */
  get list(): readonly TrimRound[] {
    return this.#rounds
  }

  close(): void {
    this.#events.off('trimmed', this.#note)
  }
}
