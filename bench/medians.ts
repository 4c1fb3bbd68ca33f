import type { Contestant, Phase } from './contest.ts'

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

type Cpu = 'appCpu' | 'databaseCpu'

const MICROSECONDS = 1e6
/** Processor time is measured per so many requests. */
const REQUESTS = 10_000

/** Microseconds of processor time of one request. */
export function cost({ measured }: Contestant, phase: Phase['name'], cpu: Cpu): number {
  return (median(measured[phase].map((one) => one[cpu])) / REQUESTS) * MICROSECONDS
}

/** How often as much processor time a write of the application takes as a read, by the median of the rounds. */
export function writeRatio({ measured: { read, write } }: Contestant): number {
  return median(write.map(({ appCpu }, round) => appCpu / read[round]!.appCpu))
}

/** How often as many requests a second as the other, by the median of the rounds. */
export function ratio(one: Contestant, other: Contestant, phase: Phase['name']): number {
  const rounds = one.measured[phase].map(({ perSecond }, round) => perSecond / other.measured[phase][round]!.perSecond)
  return median(rounds)
}
