import type { Contestant, Phase } from './contest.ts'
import { cost, median, ratio, writeRatio } from './medians.ts'

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

type Ours = readonly [name: string, label: string]

type FullLoad = Extract<Phase['name'], 'read' | 'mixed'>

const writing: Record<FullLoad, string> = { read: 'reading', mixed: '20% writing' }

function timesOf(
  least: number,
  other: string,
  ours: readonly Ours[],
  phases: FullLoad[] = ['read', 'mixed'],
): Target[] {
  return ours.flatMap(([name, label]) =>
    phases.map((phase) => ({
      text: `${label}, ${writing[phase]}: at least ${least} × ${other}`,
      least,
      reached: (contestant) => {
        const [one, peer] = [contestant(name), contestant(other)]
        return one && peer && ratio(one, peer, phase)
      },
    })),
  )
}

/** What metadata and history may cost. */
function recording(reading: number, writing: number, name: string, label: string): Target[] {
  const recorded = [name.replace('ours', 'recorded'), `${label}, metadata and history`] as const
  return [...timesOf(reading, name, [recorded], ['read']), ...timesOf(writing, name, [recorded], ['mixed'])]
}

function statements(most: number, [name, label]: Ours, phase: FullLoad): Target {
  return {
    text: `${label}, ${writing[phase]}: at most ${most} statements per 1,000 requests, at 64 connections`,
    most,
    reached: (contestant) => {
      const counts = contestant(name)?.measured[phase].map((one) => one.statements ?? Number.NaN)
      return counts && median(counts)
    },
  }
}

function writeTimes(most: number, [name, label]: Ours): Target {
  return {
    text: `${label}: application time of a write at most ${most} × that of a read`,
    most,
    reached: (contestant) => {
      const one = contestant(name)
      return one && writeRatio(one)
    },
  }
}

function databaseTime(most: number, [name, label]: Ours): Target {
  return {
    text: `${label}: database time of a write at most ${most} µs`,
    most,
    reached: (contestant) => {
      const one = contestant(name)
      return one && cost(one, 'write', 'databaseCpu')
    },
  }
}

const servers = [postgres, mysql, mariadb]
const databases = [sqlite, ...servers]

export const targets: Target[] = [
  ...timesOf(1.05, 'memory', [sqlite], ['read']),
  ...timesOf(0.95, 'memory', [postgres], ['read']),
  ...timesOf(0.9, 'memory', [mysql, mariadb], ['read']),
  ...timesOf(0.9, 'memory', [sqlite], ['mixed']),
  ...timesOf(0.8, 'memory', [postgres], ['mixed']),
  ...timesOf(0.75, 'memory', [mysql, mariadb], ['mixed']),
  ...timesOf(0.75, 'map', [sqlite]),
  ...timesOf(0.6, 'map', servers),
  ...timesOf(1, 'connect-redis', databases, ['read']),
  ...timesOf(0.95, 'connect-redis', [postgres], ['mixed']),
  ...timesOf(2.5, 'connect-pg-simple', [postgres]),
  ...timesOf(1.3, 'connect-pg-simple-static', [postgres]),
  ...timesOf(2.5, 'express-mysql-session', [mysql]),
  ...timesOf(2.5, 'better-sqlite3-session-store', [sqlite]),
  ...timesOf(2.5, 'connect-session-knex', [postgres]),
  ...servers.map((database) => statements(100, database, 'read')),
  ...servers.map((database) => statements(60, database, 'mixed')),
  ...databases.map((database) => writeTimes(1.35, database)),
  databaseTime(30, postgres),
  ...databases.flatMap(([name, label]) => recording(0.97, 0.92, name, label)),
]
