/** What bench/results.md has of our store: it is read there, so that no figure stands in two places. */
import { readFileSync } from 'node:fs'
import type { DatabaseName } from '../../test/harness/selection.ts'

/** Of one database, at full load over 64 connections. */
export interface Costs {
  /** Seconds of processor time of 10,000 requests that read, and of 10,000 of which a fifth writes. */
  readonly app: Pair
  readonly database: Pair
  /** Statements of 1,000 requests. */
  readonly statements: Pair
}

interface Pair {
  readonly reading: number
  readonly writing: number
}

/** Share of the requests of the benchmark that write. */
const WRITING = 0.2

export const labels: Readonly<Record<DatabaseName, string>> = {
  sqlite: 'SQLite',
  postgres: 'PostgreSQL',
  mysql: 'MySQL',
  mariadb: 'MariaDB',
}

/** The page as it is now. */
export const readResults = () => readFileSync(new URL('../results.md', import.meta.url), 'utf8')

export function costsIn(page: string, database: DatabaseName): Costs {
  const [heading, ...rows] = tableWith(page, 'database s')
  const cells = rows.find(([store]) => store === `stored-session, ${labels[database]}`)
  if (!heading || !cells) throw new Error(`bench/results.md has no costs of ${labels[database]}; run npm run bench`)
  const pair = (name: string): Pair => {
    const column = heading.indexOf(name)
    // What is measured with writing requests stands behind it.
    const writing = heading.findIndex((cell, index) => index > column && cell.startsWith('20%'))
    return { reading: numberIn(cells[column]), writing: numberIn(cells[writing]) }
  }
  return { app: pair('app s'), database: pair('database s'), statements: pair('statements') }
}

/** In between by the share of requests that write. */
export function costAt({ reading, writing }: Pair, writingShare: number): number {
  return reading + ((writing - reading) * writingShare) / WRITING
}

/** The commit and the machine that a page of results names. */
export function originOf(page: string): { commit: string; machine: string } {
  const [, commit] = /^- commit (\w+)/m.exec(page) ?? []
  const [, machine] = /^- (\d+ cores.*)$/m.exec(page) ?? []
  if (!commit || !machine) throw new Error('bench/results.md does not say of what commit and machine it is')
  return { commit, machine }
}

/** The cells of the first table that has such a heading. */
function tableWith(page: string, heading: string): string[][] {
  const tables = page.split('\n\n').filter((part) => part.startsWith('| '))
  const lines = tables.find((part) => part.split('\n')[0]!.includes(`| ${heading} |`))?.split('\n') ?? []
  return lines
    .filter((line) => !line.startsWith('| ---'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
}

function numberIn(cell: string | undefined): number {
  const value = Number(cell?.replaceAll(',', ''))
  if (cell && Number.isFinite(value)) return value
  throw new Error(`bench/results.md has ${cell} where a number should be`)
}
