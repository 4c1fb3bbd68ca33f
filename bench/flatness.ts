import type { AppMemory } from './application.ts'

/** What the process and its table hold after a part of the requests. */
export interface SoakSample extends AppMemory {
  rows: number
}

/** The first part of a run fills caches and pools, and is no measure. */
const WARM_SHARE = 0.25
/** What the garbage collector may leave behind at one moment and not at another. */
const TOLERANCE = 1.15

/** What grew, in words: of memory, of handles and of rows; empty where all is flat. */
export interface Growth {
  memory: string[]
  handles: string[]
  rows: string[]
}

/** @param sessions - the rows that there should be in every sample */
export function growthOf(samples: readonly SoakSample[], sessions: number): Growth {
  const counts = samples.map(({ rows }) => rows)
  const other = counts.find((rows) => rows !== sessions)
  return {
    memory: [...grown(samples, 'heap'), ...grown(samples, 'rss')],
    handles: grown(samples, 'handles'),
    rows: other === undefined ? [] : [`${other} rows of ${sessions} sessions`],
  }
}

/** Says so when the last samples lie above the first ones after warming up. */
function grown(samples: readonly SoakSample[], key: keyof AppMemory): string[] {
  const warm = samples.slice(Math.floor(samples.length * WARM_SHARE)).map((sample) => sample[key])
  const half = Math.floor(warm.length / 2)
  const [early, late] = [Math.max(...warm.slice(0, half)), Math.min(...warm.slice(half))]
  return late > early * TOLERANCE ? [`${key} grew from ${early} to ${late}`] : []
}
