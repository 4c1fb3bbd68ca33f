import type { Contestant, Phase } from './contest.ts'
import { median, ratio } from './medians.ts'

/** What we want to be in comparison, in one run. */
export interface Target {
  text: string
  least?: number
  most?: number
  /** Undefined when a store that it needs was left out. */
  reached(contestant: (name: string) => Contestant | undefined): number | undefined
}

const sqlite = ['ours-sqlite', 'SQLite'] as const
const postgres = ['ours-postgres', 'PostgreSQL'] as const
const mysql = ['ours-mysql', 'MySQL'] as const
const mariadb = ['ours-mariadb', 'MariaDB'] as const

const writing: Record<string, string> = { read: 'reading', mixed: '20% writing' }

function timesOf(least: number, other: string, ours: readonly (readonly [string, string])[]): Target[] {
  return ours.flatMap(([name, label]) =>
    (['read', 'mixed'] as const satisfies Phase['name'][]).map((phase) => ({
      text: `${label}, ${writing[phase]}: at least ${least} × ${other}`,
      least,
      reached: (contestant) => {
        const [one, peer] = [contestant(name), contestant(other)]
        return one && peer && ratio(one, peer, phase)
      },
    })),
  )
}

function statements([name, label]: readonly [string, string]): Target {
  return {
    text: `${label}: at most 100 statements per 1,000 requests that read, at 64 connections`,
    most: 100,
    reached: (contestant) => {
      const counts = contestant(name)?.measured.read.map((one) => one.statements ?? Number.NaN)
      return counts && median(counts)
    },
  }
}

export const targets: Target[] = [
  ...timesOf(1, 'memory', [sqlite]),
  ...timesOf(0.9, 'memory', [postgres, mysql, mariadb]),
  ...timesOf(0.75, 'map', [sqlite]),
  ...timesOf(0.6, 'map', [postgres, mysql, mariadb]),
  ...timesOf(1, 'connect-redis', [sqlite, postgres, mysql, mariadb]),
  ...timesOf(2.5, 'connect-pg-simple', [postgres]),
  ...timesOf(1.3, 'connect-pg-simple-static', [postgres]),
  ...timesOf(2.5, 'express-mysql-session', [mysql]),
  ...timesOf(2.5, 'better-sqlite3-session-store', [sqlite]),
  ...timesOf(2.5, 'connect-session-knex', [postgres]),
  ...[postgres, mysql, mariadb].map(statements),
]
