import assert from 'node:assert/strict'
import { test } from 'node:test'
import { costsIn } from '../../bench/capacity/costs.ts'
import type { Contestant, Measurement } from '../../bench/contest.ts'
import { report } from '../../bench/report.ts'

type Measured = Pick<Measurement, 'perSecond' | 'appCpu' | 'databaseCpu' | 'statements'>

/** Two rounds; the processor time is in seconds per 10,000 requests. */
function contestant(name: string, label: string, phases: Record<keyof Contestant['measured'], Measured>): Contestant {
  const round = (measured: Measured) => ({ p50: 1, p99: 2, ...measured })
  const rounds = Object.entries(phases).map(([phase, measured]) => [phase, [round(measured), round(measured)]])
  const store = { name, label, server: 'postgres', register: async () => {} }
  return { store, bytes: new Map(), measured: Object.fromEntries(rounds) } as unknown as Contestant
}

const reading = { perSecond: 19_000, appCpu: 0.5, databaseCpu: 0.1, statements: 20 }
const memory = { perSecond: 20_000, appCpu: 0.4, databaseCpu: 0, statements: undefined }
const ours = contestant('ours-postgres', 'stored-session, PostgreSQL', {
  read: reading,
  mixed: { perSecond: 15_800, appCpu: 0.6, databaseCpu: 0.15, statements: 60 },
  write: { perSecond: 9_000, appCpu: 0.7, databaseCpu: 0.31, statements: 90 },
  single: reading,
})
const page = report(
  [contestant('memory', 'MemoryStore', { read: memory, mixed: memory, write: memory, single: memory }), ours],
  ['2 cores'],
)

function cellsOf(row: string): string[] {
  return row.slice(2, -2).split(' | ')
}

test('the costs of a read and of a write are microseconds of application and of database', () => {
  const lines = page.split('\n')
  const start = lines.findIndex((line) => line.includes('| database s |'))
  const [heading, , memoryRow, row] = lines.slice(start, start + 4).map(cellsOf)
  const columns = ['app µs per read', 'per write', 'database µs per read', 'per write']
  assert.deepEqual(heading!.slice(-4), columns)
  assert.deepEqual(row!.slice(-4), ['50', '70', '10', '31'])
  assert.deepEqual(memoryRow!.slice(-4), ['40', '40', '0', '0'])
})

test('the model of capacity finds its costs in a new page', () => {
  assert.deepEqual(costsIn(page, 'postgres'), {
    app: { reading: 0.5, writing: 0.6 },
    database: { reading: 0.1, writing: 0.15 },
    statements: { reading: 20, writing: 60 },
  })
})

test('targets are computed from what was measured, and only of the stores that ran', () => {
  const targets = page.split('\n').filter((line) => /\| (met|\*\*missed\*\*) \|$/.test(line))
  assert.deepEqual(targets.map(cellsOf), [
    ['PostgreSQL, reading: at least 0.95 × memory', '0.95', 'met'],
    ['PostgreSQL, 20% writing: at least 0.8 × memory', '0.79', '**missed**'],
    ['PostgreSQL, reading: at most 100 statements per 1,000 requests, at 64 connections', '20.00', 'met'],
    ['PostgreSQL, 20% writing: at most 60 statements per 1,000 requests, at 64 connections', '60.00', 'met'],
    ['PostgreSQL: application time of a write at most 1.35 × that of a read', '1.40', '**missed**'],
    ['PostgreSQL: database time of a write at most 30 µs', '31.00', '**missed**'],
  ])
})
