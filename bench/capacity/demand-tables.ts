/** What to expect of so many users, as tables. */
import { LARGEST_SHARE, LEAST_SHARE } from '../../src/store/trimming/pace.ts'
import { table } from '../report.ts'
import { DAY, MINUTE, SECOND, usual } from './assumptions.ts'
import { labels, originOf } from './costs.ts'
import {
  atPeak,
  batchRate,
  type Demand,
  demandOf,
  LONGEST_ROUND,
  PAUSE,
  roundsInHour,
  trimmedInHour,
} from './demand.ts'
import { count } from './figures.ts'
import { known, type Measured } from './measured.ts'
import { model } from './model.ts'
import type { Quantities } from './quantities.ts'
import { totalBytes } from './sizes.ts'

export const SIZES = [1_000_000, 10_000_000, 100_000_000]
/** Cores of one server. */
export const CORES = 16
/** Of the time, that batches of background rounds take. */
const SHARES = [LEAST_SHARE, LARGEST_SHARE]
const INDEXES = ['sid', 'user_id', 'created', 'trim_at', 'key_id']

const models = SIZES.map((users) => ({ ...usual, users })).map((assumptions) => ({
  assumptions,
  day: model(assumptions),
}))

export function trafficTable(): string {
  const row = (name: string, value: (day: Quantities) => number) => [
    name,
    ...models.map(({ day }) => count(value(day))),
  ]
  const second = (name: string, key: keyof Quantities) => row(`${name} a second`, (day) => atPeak(day, day[key]))
  return table(
    ['users', ...SIZES.map(count)],
    [
      row('requests a day', ({ requests }) => requests),
      row('requests a second, mean of the day', ({ requests }) => requests / (DAY / SECOND)),
      second('requests', 'requests'),
      second('rows read', 'reads'),
      second('rows saved', 'saves'),
      second('rows touched', 'touches'),
      second('rows inserted', 'signIns'),
      second('rows ended', 'logouts'),
      row('rows trimmed a day', ({ trimmed }) => trimmed),
      row('rows at most', ({ rows }) => rows),
      row('live sessions at most', ({ live }) => live),
      row('tombstones at most', ({ tombstones }) => tombstones),
    ],
  )
}

export const aboutTraffic = `“A second” is a second of the busiest hour. Requests share statements, so there are fewer statements than rows.`

export function sizesTable(measured: Measured): string {
  const bytes = (value: number | undefined) => (value === undefined ? '' : count(Math.round(value)))
  const gigabytes = (value: number) => (value < 1e10 ? (value / 1e9).toPrecision(2) : count(value / 1e9))
  const rows = known(measured).map(([name, { rowBytes }]) => [
    labels[name],
    bytes(rowBytes.table),
    ...INDEXES.map((index) => bytes(rowBytes.indexes[index])),
    ...models.map(({ day }) => gigabytes(totalBytes(rowBytes) * day.rows)),
    gigabytes(totalBytes(rowBytes) * SIZES.at(-1)!),
  ])
  const users = SIZES.map((size) => `${count(size)} users, GB`)
  const whole = `${count(SIZES.at(-1)!)} rows, GB`
  return table(['bytes a row', 'table', ...INDEXES.map((name) => `index ${name}`), ...users, whole], rows)
}

export function aboutSizes(measured: Measured): string {
  const filled = known(measured)[0]?.[1].filledRows ?? 0
  return `Measured on a table of ${count(filled)} rows. Their keys were inserted in random order, like the keys of sessions. InnoDB stores the
table in the index of its key. Updates and deletes leave free space, which is used again;
[below](#model-simulation-and-databases) is the size of the tables after a day. **A longer \`idleTimeout\` means more rows**, up to
one for each browser that was used within it: the last column is the size of ${count(SIZES.at(-1)!)} rows.`
}

export function demandTable(page: string, measured: Measured): string {
  const rows = known(measured).flatMap(([name]) =>
    models.map(({ assumptions }) => {
      const demand = demandOf(assumptions, name, page, measured)
      const { appCores, statements } = demand
      const cells = [count(statements.shared), count(statements.alone), appCores.toFixed(2), count(Math.ceil(appCores))]
      return [labels[name], count(assumptions.users), ...cells, ...serverCells(demand, name === 'sqlite')]
    }),
  )
  const statements = ['statements a second, shared', 'none shared']
  const cores = ['cores of applications', 'processes', 'cores of the database, shared', 'hardly any shared']
  return table(['database', 'users', ...statements, ...cores, `servers of ${CORES} cores`], rows)
}

function serverCells({ databaseCores: { shared, alone } }: Demand, isInApplication: boolean): string[] {
  if (isInApplication) return ['', '', '']
  return [shared.toFixed(2), alone.toFixed(2), count(Math.ceil(Math.max(shared, alone) / CORES))]
}

export function aboutDemand(page: string): string {
  const { commit, machine } = originOf(page)
  return `The “shared” columns use the costs in [results.md](results.md) (commit ${commit}; ${machine}). There
64 connections keep the application and its server busy, and requests share most statements. With less traffic, requests
share fewer statements. “None shared” is one statement for each row, and “hardly any shared” uses the processor time of the
[replay](#model-simulation-and-databases). On SQLite the database works inside the application.

**Figures beyond these 2 cores are extrapolated in proportion.** No machine with ${CORES} cores was measured, no traffic above the
traffic of the results, and no network between application and database.`
}

export function trimTable(measured: Measured): string {
  const rows = known(measured).map(([name, { trimRate }]) => {
    const rate = batchRate(usual, trimRate)
    const inHours = SHARES.map((share) => trimmedInHour(usual, rate * share))
    const shares = models.map(({ day }) => `${count((100 * day.largestRound) / inHours.at(-1)!)}%`)
    return [labels[name], ...[rate, ...inHours].map((value) => count(Math.round(value))), ...shares]
  })
  const users = models.map(({ day }, index) => `${count(SIZES[index]!)} users, ${count(day.largestRound)} due`)
  const inHour = SHARES.map((share) => `in an hour, with ${100 * share}% of the time`)
  return table(['database', 'rows a second of batches', ...inHour, ...users], rows)
}

export function aboutTrimming(): string {
  const [least, most] = SHARES.map((share) => `${100 * share}%`)
  return `Batches take ${least} of the time. After a round that ran into \`maxDuration\` (${LONGEST_ROUND / MINUTE} minutes) they take twice as much, up to
${most}, until a round leaves no rows. An hour has ${roundsInHour(usual)} rounds of that length. Rows become due on the full hour. “Due” is the
largest number of rows that become due at once, and the percentage is its share of the rows that the rounds of an hour can
delete with ${most} of the time. Above 100%, rows pile up until a quieter hour, and the event \`backlog\` reports it. Then set
\`trim: { pause: 25 }\`. The rate of batches is that of a call of \`trim()\` on the machine
[below](#model-simulation-and-databases), without its pauses of ${PAUSE} ms.`
}
