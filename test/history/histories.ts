import type { GroundOptions } from './ground.ts'

/** A kind of history, and its share of the operations. */
export interface HistoryKind extends GroundOptions {
  readonly share: number
}

const MOST = 3

/** What histories are about. */
export function histories(seed: number): Record<string, HistoryKind> {
  return {
    'two processes': { share: 0.4 },
    'processes that are killed and databases that do not answer': { share: 0.3, faults: seed },
    'places, of which the oldest is freed': { share: 0.1, maxPerUser: MOST, evict: 'oldest' },
    'places, of which the least recent is freed': { share: 0.1, maxPerUser: MOST, evict: 'least-recent' },
    'places, of which none is freed': { share: 0.1, maxPerUser: MOST, evict: 'refuse' },
  }
}
