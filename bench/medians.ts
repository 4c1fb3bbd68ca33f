import type { Contestant, Phase } from './contest.ts'

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** How often as many requests a second as the other, by the median of the rounds. */
export function ratio(one: Contestant, other: Contestant, phase: Phase['name']): number {
  const rounds = one.measured[phase].map(({ perSecond }, round) => perSecond / other.measured[phase][round]!.perSecond)
  return median(rounds)
}
