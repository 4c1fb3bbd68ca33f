/** Trimming many rows while another process goes on reading and saving. */
import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TrimOptions } from '../../src/index.ts'
import { type FilledTable, makeDue } from './filled-table.ts'
import { announced, progressOf, say } from './progress.ts'
import { percentile } from './sessions.ts'
import { during, startTraffic } from './traffic-process.ts'
import { trimPlans } from './trim-plan.ts'

/** 99 in 100 stayed below so many milliseconds. */
export interface TrafficLatency {
  read: number
  save: number
  operations: number
}

export interface TrimmingResult {
  rows: number
  trimmed: number
  seconds: number
  quiet: TrafficLatency
  trimming: TrafficLatency
  plans: string[]
}

const QUIET_MS = 15_000

export async function measureTrimming(
  table: FilledTable,
  count: number,
  options: TrimOptions,
): Promise<TrimmingResult> {
  const { name } = table.database
  const due = await makeDue(table, count)
  say(`${name}: ${due.toLocaleString('en')} rows are due`)
  const plans = await trimPlans(table.database)
  const traffic = await startTraffic(table.database.url)
  try {
    // The first one warms up.
    await latencyDuring(traffic, table.ids, () => sleep(QUIET_MS / 5))
    const [quiet] = await latencyDuring(traffic, table.ids, () =>
      announced(`${name}, traffic without trimming`, () => sleep(QUIET_MS)),
    )
    const [trimming, { trimmed, seconds }] = await latencyDuring(traffic, table.ids, () => trimAll(table, options))
    if (trimmed !== due) throw new Error(`${trimmed} rows were trimmed, and ${due} were due`)
    return { rows: table.rows, trimmed, seconds, quiet, trimming, plans }
  } finally {
    traffic.disconnect()
  }
}

async function trimAll(
  { database, store }: FilledTable,
  options: TrimOptions,
): Promise<{ trimmed: number; seconds: number }> {
  const progress = progressOf(`${database.name}, trimming`)
  const timer = setInterval(() => progress('under traffic'), 1_000)
  const began = performance.now()
  try {
    const { trimmed } = await store.trim(options)
    return { trimmed, seconds: (performance.now() - began) / 1000 }
  } finally {
    clearInterval(timer)
  }
}

/** Does work while the traffic runs, and returns what the traffic saw meanwhile. */
async function latencyDuring<Result>(
  traffic: ChildProcess,
  ids: string[],
  work: () => Promise<Result>,
): Promise<[TrafficLatency, Result]> {
  const [{ read, save }, result] = await during(traffic, { ids }, work)
  return [{ read: percentile(read, 0.99), save: percentile(save, 0.99), operations: read.length + save.length }, result]
}
