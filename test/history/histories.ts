import type { GroundOptions } from './ground.ts'

/** A kind of history, and its share of the operations. */
export interface HistoryKind extends GroundOptions {
  readonly share: number
}

/** The sessions that a user may have, where there is a limit. */
const MOST = 3

/** What happens in histories, beside requests: nothing, faults, or users who have as many sessions as they may. */
export function histories(seed: number) {
  return {
    processes: { share: 0.4 },
    faults: { share: 0.3, faults: seed },
    oldest: { share: 0.1, maxPerUser: MOST, evict: 'oldest' },
    recent: { share: 0.1, maxPerUser: MOST, evict: 'least-recent' },
    refuse: { share: 0.1, maxPerUser: MOST, evict: 'refuse' },
  } satisfies Record<string, HistoryKind>
}
