import type { GroundOptions } from './ground.ts'

/** A kind of history, and its share of the operations. */
export interface HistoryKind extends GroundOptions {
  readonly share: number
}

/** What histories are about. */
export function histories(seed: number): Record<string, HistoryKind> {
  return {
    'two processes': { share: 0.6 },
    'processes that are killed and databases that do not answer': { share: 0.4, faults: seed },
  }
}
