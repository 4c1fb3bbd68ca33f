import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionStats } from '../../store/management/statistics.ts'
import { defineCommand } from '../frame/command.ts'
import { exitCodes, UsageError } from '../frame/errors.ts'
import type { Output } from '../frame/output.ts'
import { inColumns, shortTime } from '../frame/output.ts'
import { milliseconds } from '../inputs/values.ts'

const USUAL_INTERVAL_MS = 5_000

export const stats = defineCommand({
  name: 'stats',
  summary: 'Show the number of sessions in each state, their bytes, and the age of the oldest.',
  usage: '[--watch [--interval D]]',
  details: `
Costs the same on a table of any size: more than 5,000 rows are estimated from a sample. For an exact but slow count:
stored-session count`,
  options: {
    watch: { type: 'boolean', short: 'w', description: 'repeat with a line each time, until interrupted' },
    interval: { type: 'string', value: 'D', description: 'time between two lines, such as 30s (default: 5s)' },
  },
  async run(invocation) {
    const { output } = invocation
    const { watch, interval } = invocation.values
    if (interval !== undefined && !watch) throw new UsageError('--interval needs --watch')
    const ms = milliseconds('interval', interval) ?? USUAL_INTERVAL_MS
    const store = await invocation.openStore()
    if (!watch) {
      printOnce(output, await store.stats())
      return exitCodes.ok
    }
    const { signal } = invocation
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      printLine(output, await store.stats(), isFirst)
      await sleep(ms, undefined, { signal }).catch(() => {})
    }
    return exitCodes.stoppedEarly
  },
})

const dataOf = ({ oldest, ...stats }: SessionStats) => ({ ...stats, oldest: oldest ?? null })

function printOnce(output: Output, stats: SessionStats): void {
  const { live, ended, expired, deviceBound, bytes, oldest, exact } = stats
  const bound = deviceBound === undefined ? {} : { 'device bound': deviceBound }
  const lines = Object.entries({ live, ended, expired, ...bound, bytes, oldest: oldest ? shortTime(oldest) : '-' })
  output.print(dataOf(stats), inColumns(lines.map(([name, value]) => [name, String(value)])))
  if (!exact) output.message('Estimated from a sample of 5,000 rows.')
}

const HEADINGS = ['TIME', 'LIVE', 'ENDED', 'EXPIRED', 'BYTES', 'OLDEST']
const WIDTHS = [20, 10, 10, 10, 14, 20]

function printLine(output: Output, stats: SessionStats, isFirst: boolean): void {
  const { live, ended, expired, bytes, oldest } = stats
  const now = new Date()
  const cells = [shortTime(now), live, ended, expired, bytes, oldest ? shortTime(oldest) : '-'].map(String)
  output.print({ time: now, ...dataOf(stats) }, inColumns(isFirst ? [HEADINGS, cells] : [cells], WIDTHS))
}
