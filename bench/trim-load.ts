/**
 * `npm run bench:trim [-- --databases=sqlite,postgres,mariadb,mysql] [--rows=200000] [--pauses=auto] [--rounds=6]
 * [--seconds=10]`: what trimming costs the reads and saves of the same process, with the built package. Seconds without
 * trimming and with each pause take turns, so that other work on the machine affects all of them alike.
 */
import type { ChildProcess } from 'node:child_process'
import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { TrimOptions } from '../src/index.ts'
import { findServer, ownServer } from '../test/harness/find-server.ts'
import { createMysqlDatabase } from '../test/harness/mysql-database.ts'
import { createPostgresDatabase } from '../test/harness/postgres-database.ts'
import { type DatabaseName, databaseList, databaseNames } from '../test/harness/selection.ts'
import { createSqliteDatabase } from '../test/harness/sqlite-database.ts'
import type { TestDatabase } from '../test/harness/test-database.ts'
import { fillTable, makeDue } from './growth/filled-table.ts'
import { say } from './growth/progress.ts'
import { percentile } from './growth/sessions.ts'
import type { TrafficResult } from './growth/traffic.ts'
import { during, startTraffic } from './growth/traffic-process.ts'
import { median } from './medians.ts'
import { machine, table } from './report.ts'

const { values } = parseArgs({
  options: {
    databases: { type: 'string', default: databaseNames.join() },
    rows: { type: 'string', default: '200000' },
    pauses: { type: 'string', default: 'auto' },
    rounds: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '10' },
  },
})
const [rows, rounds, seconds] = [values.rows, values.rounds, values.seconds].map(Number) as [number, number, number]
/** Without trimming twice: the difference of the two is what the machine varies by. */
const WITHOUT = ['none', 'none again']
const modes = [...WITHOUT, ...values.pauses.split(',')]
/** Rows that stay, among them the sessions in use. */
const OTHERS = 10_000
const dist = process.env.BENCH_DIST ?? fileURLToPath(new URL('../dist/', import.meta.url))

/** Milliseconds of one operation, each with the list of its rounds. */
type Found = Record<string, TrafficResult[]>

/** What is to be undone at the end, the last first. */
const cleanups: (() => unknown)[] = []
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(130)))
}

const lines: string[][] = []
try {
  for (const name of databaseList(values.databases)) {
    lines.push(...linesOf(name, await measure(await server(name))))
    await cleanUp()
  }
} finally {
  await cleanUp()
}
const heading = ['database', 'pause', 'rows/s', 'rows a batch']
const figures = ['read', 'save'].flatMap((operation) =>
  ['p50', '×', 'p99', '×', '× of a round'].map((figure) => `${operation} ${figure}`),
)
console.log(`- ${machine()}, load average ${loadavg()[0]!.toFixed(1)} at the end, ${new Date().toISOString()}
- 200 reads and 40 saves a second in the process that trims; ${rounds} rounds of ${seconds} s each; milliseconds
- ×: by the pause “none”, of all operations together; “of a round”: the median of the rounds

${table([...heading, ...figures], lines)}`)

async function measure(database: TestDatabase): Promise<Found> {
  say(`${database.name}: filling ${rows.toLocaleString('en')} rows`)
  const filled = await fillTable(database, rows + OTHERS)
  cleanups.push(() => filled.store.close())
  say(`${database.name}: ${(await makeDue(filled, rows)).toLocaleString('en')} rows are due`)
  const traffic = await startTraffic(database.url, dist)
  cleanups.push(() => traffic.disconnect())
  await phase(traffic, filled.ids, 'none')
  const found: Found = Object.fromEntries(modes.map((mode) => [mode, []]))
  for (let round = 0; round < rounds; round++) {
    for (const mode of round % 2 ? [...modes].reverse() : modes) {
      found[mode]!.push(await phase(traffic, filled.ids, mode))
    }
    say(`${database.name}: round ${round + 1} of ${rounds}`)
  }
  return found
}

async function phase(traffic: ChildProcess, ids: string[], mode: string): Promise<TrafficResult> {
  const pause = mode === 'auto' ? mode : Number(mode)
  const start = WITHOUT.includes(mode) ? { ids } : { ids, trim: { pause } as TrimOptions }
  const [result] = await during(traffic, start, () => sleep(seconds * 1_000))
  if (result.trimmed.isDone) throw new Error('no more rows are due; raise --rows, or lower --seconds or --rounds')
  return result
}

function linesOf(name: string, found: Found): string[][] {
  return modes.map((mode) => {
    const results = found[mode]!
    const trimmed = sum(results.map((result) => result.trimmed.rows))
    const batches = sum(results.map((result) => result.trimmed.batches))
    const rate = trimmed / (rounds * seconds)
    return [
      ...[name, mode, rate.toFixed(0), batches ? (trimmed / batches).toFixed(0) : ''],
      ...(['read', 'save'] as const).flatMap((operation) => figuresOf(found, mode, operation)),
    ]
  })
}

function figuresOf(found: Found, mode: string, operation: 'read' | 'save'): string[] {
  const all = (which: string) => found[which]!.flatMap((result) => result[operation])
  const p99 = (result: TrafficResult) => percentile(result[operation], 0.99)
  const ofRounds = found[mode]!.map((result, round) => p99(result) / p99(found.none![round]!))
  const pair = (share: number) => {
    const value = percentile(all(mode), share)
    return [value.toFixed(2), (value / percentile(all('none'), share)).toFixed(2)]
  }
  return [...pair(0.5), ...pair(0.99), median(ofRounds).toFixed(2)]
}

async function server(name: DatabaseName): Promise<TestDatabase> {
  if (name === 'sqlite') return dropped(await createSqliteDatabase())
  const found = await (name === 'postgres' ? findServer(name) : ownServer(name, ['--innodb-buffer-pool-size=1G']))
  await found.start()
  cleanups.push(() => found.remove())
  return dropped(await (name === 'postgres' ? createPostgresDatabase(found.url) : createMysqlDatabase(name, found.url)))
}

function dropped(database: TestDatabase): TestDatabase {
  cleanups.push(database.drop)
  return database
}

async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
