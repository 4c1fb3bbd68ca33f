import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'

export interface Counts {
  passed: number
  failed: number
  skipped: number
}

export type Results = Record<string, Counts>

/** What the reporter wrote. */
interface Report {
  counts: Results
  /** Milliseconds of each file. */
  files: Record<string, number>
}

export interface Origin {
  name: string
  version: string
  source: string
}

export function noCounts(): Counts {
  return { passed: 0, failed: 0, skipped: 0 }
}

export function readReport(file: string): Report {
  const written = existsSync(file) && readFileSync(file, 'utf8')
  return written ? JSON.parse(written) : { counts: {}, files: {} }
}

const MOST_SLOW_FILES = 12

/** The files that took longest: where to begin when a run takes too long. */
export function slowestFiles({ files }: Report): string {
  const slowest = Object.entries(files).toSorted(([, one], [, other]) => other - one)
  const lines = slowest.slice(0, MOST_SLOW_FILES)
  return aligned(lines.map(([file, ms]) => [`${Math.round(ms / 1000)} s`, relative(process.cwd(), file)]))
}

export function resultsTable(origins: Origin[], results: Results): string {
  const perDatabase = origins.map((origin) => row(origin, results[origin.name] ?? noCounts()))
  const names = new Set(origins.map(({ name }) => name))
  const others = Object.entries(results).filter(([name]) => !names.has(name))
  const rest = row({ name: 'no database', version: '', source: '' }, sum(others.map(([, counts]) => counts)))
  return aligned([['database', 'version', 'source', 'passed', 'failed'], ...perDatabase, rest])
}

/** Why the run must not count as passed although no test failed. Each of `origins` has to have been tested. */
export function objections(origins: Origin[], results: Results): string[] {
  const all = sum(Object.values(results))
  const untested = origins.filter(({ name }) => sum([results[name] ?? noCounts()]).passed === 0)
  return [
    ...(all.passed + all.failed === 0 ? ['No test ran.'] : []),
    ...(all.skipped > 0 ? [`${all.skipped} skipped or todo: every test has to run.`] : []),
    ...untested.map(({ name }) => `No test passed on ${name}.`),
  ]
}

function row({ name, version, source }: Origin, { passed, failed }: Counts): string[] {
  return [name, version, source, String(passed), String(failed)]
}

function sum(all: Counts[]): Counts {
  return all.reduce(
    (total, counts) => ({
      passed: total.passed + counts.passed,
      failed: total.failed + counts.failed,
      skipped: total.skipped + counts.skipped,
    }),
    noCounts(),
  )
}

function aligned(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)))
  return rows
    .map((cells) =>
      cells
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
