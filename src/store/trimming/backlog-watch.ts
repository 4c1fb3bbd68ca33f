import type { TrimResult } from '../core/trim-result.ts'
import { LARGEST_BACKLOG } from './trim-round.ts'

/** Consecutive rounds that leave more than the one before, until the event is raised. */
const PATIENCE = 3

/** Notices when trimming does not keep up with what ends. */
export class BacklogWatch {
  #last = 0
  #rounds = 0

  /** The number of rounds in a row after which the backlog was larger every time, once when these are enough. */
  growth({ stopped, backlog }: TrimResult): number | undefined {
    // Whoever did not come to trim knows nothing of whether trimming keeps up.
    if (backlog === undefined || stopped === 'locked' || stopped === 'aborted' || stopped === 'closed') return undefined
    // From there on it is not counted.
    const isLarger = backlog > this.#last || backlog >= LARGEST_BACKLOG
    this.#rounds = isLarger ? this.#rounds + 1 : 0
    this.#last = backlog
    return this.#rounds === PATIENCE ? this.#rounds : undefined
  }
}
