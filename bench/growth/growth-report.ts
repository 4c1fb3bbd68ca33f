import { table } from '../report.ts'
import { operations, type SizeResult } from './operations.ts'
import type { TrimmingResult } from './trimming.ts'

/** What was found out about one database. */
export interface DatabaseGrowth {
  database: string
  sizes: SizeResult[]
  trimming: TrimmingResult | undefined
}

/** The p50 at the largest size may be so many times the one at the smallest. */
const MOST = 1.3

export function growthReport(results: DatabaseGrowth[], about: string[]): string {
  const trimmed = results.filter(({ trimming }) => trimming)
  return [
    '# Growth',
    '',
    ...about.map((line) => `- ${line}`),
    '',
    table(
      ['database', 'operation', 'rows', 'p50 µs', 'p95 µs', '× smallest', `p50 ≤ ${MOST} × smallest`],
      results.flatMap(sizeRows),
    ),
    '',
    'One operation at a time through `StoredSessionStore`; the sizes take turns.',
    ...(trimmed.length > 0 ? trimmingPart(trimmed) : []),
    '',
  ].join('\n')
}

function sizeRows({ database, sizes }: DatabaseGrowth): string[][] {
  return operations.flatMap((operation) => {
    const smallest = sizes[0]!.latencies[operation].p50
    return sizes.map(({ rows, latencies }, index) => {
      const { p50, p95 } = latencies[operation]
      const ratio = p50 / smallest
      const isLargest = index > 0 && index === sizes.length - 1
      const target = isLargest ? (ratio <= MOST ? 'met' : '**missed**') : ''
      return [database, operation, count(rows), p50.toFixed(0), p95.toFixed(0), ratio.toFixed(2), target]
    })
  })
}

function trimmingPart(results: DatabaseGrowth[]): string[] {
  return [
    '',
    '## Trimming',
    '',
    table(
      ['database', 'of rows', 'trimmed', 'rows/s', 'operations', 'read p99 ms', 'save p99 ms'],
      results.map(({ database, trimming }) => trimmingRow(database, trimming!)),
    ),
    '',
    'Another process reads some 200 and saves 40 sessions a second: without → with trimming.',
    ...results.flatMap(({ database, trimming }) => trimming!.plans.map((plan) => plansOf(database, plan))),
  ]
}

function trimmingRow(database: string, { rows, trimmed, seconds, quiet, trimming }: TrimmingResult): string[] {
  const cells = [database, count(rows), count(trimmed), count(Math.round(trimmed / seconds))]
  const pair = (key: keyof typeof quiet, digits: number) =>
    `${quiet[key].toFixed(digits)} → ${trimming[key].toFixed(digits)}`
  return [...cells, pair('operations', 0), pair('read', 2), pair('save', 2)]
}

const plansOf = (database: string, plan: string) => `\nPlan on ${database}:\n\n\`\`\`\n${plan}\n\`\`\``

const count = (value: number) => value.toLocaleString('en')
