import type { Counts } from './hours.ts'

/** Ends that the chart shows apart, in its order, with the reasons of the store that each has. */
const GROUPS = [
  { name: 'Signed out or replaced', reasons: ['destroyed'] },
  { name: 'Expired', reasons: ['idle', 'absolute'] },
  { name: 'Revoked', reasons: ['revoked'] },
  { name: 'Too many of one user', reasons: ['evicted'] },
  { name: 'Other', reasons: [] },
] as const

export const endGroups: readonly string[] = GROUPS.map(({ name }) => name)

const OTHER = GROUPS.at(-1)!.name

/** The group of a reason; a reason that cannot be read is another one. */
export const groupOf = (reason: string | undefined): string =>
  GROUPS.find(({ reasons }) => (reasons as readonly unknown[]).includes(reason))?.name ?? OTHER

/** Some ends of an hour whose reasons were read. */
export interface EndSample {
  readonly groups: Counts
  /** The number of ends that were read. */
  readonly size: number
}

export function sampleOf(reasons: readonly (string | undefined)[]): EndSample {
  const groups: Record<string, number> = {}
  for (const reason of reasons) {
    const group = groupOf(reason)
    groups[group] = (groups[group] ?? 0) + 1
  }
  return { groups, size: reasons.length }
}

/** All ends of an hour by group, as far as a sample shows. Their sum is `ended`. */
export function scaled({ groups, size }: EndSample, ended: number): Counts {
  if (size === 0) return {}
  const estimates = Object.entries(groups).map(([name, count]) => [name, Math.round((count / size) * ended)] as const)
  const rest = ended - estimates.reduce((sum, [, count]) => sum + count, 0)
  const [largest] = estimates.toSorted(([, one], [, other]) => other - one)
  return Object.fromEntries(estimates.map(([name, count]) => [name, name === largest![0] ? count + rest : count]))
}
