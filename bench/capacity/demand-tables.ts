/** What to expect of so many users, as tables. */
import { table } from '../report.ts'
import { DAY, HOUR, MINUTE, SECOND, usual } from './assumptions.ts'
import { labels, originOf } from './costs.ts'
import { atPeak, type Demand, demandOf, LONGEST_ROUND, trimmedInHour } from './demand.ts'
import { count } from './figures.ts'
import { known, type Measured } from './measured.ts'
import { model } from './model.ts'
import type { Quantities } from './quantities.ts'
import { totalBytes } from './sizes.ts'

export const SIZES = [1_000_000, 10_000_000, 100_000_000]
/** Cores of one server. */
export const CORES = 16
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
    const inHour = trimmedInHour(usual, trimRate)
    const shares = models.map(({ day }) => `${count((100 * day.largestRound) / inHour)}%`)
    return [labels[name], count(Math.round(trimRate)), count(Math.round(inHour)), ...shares]
  })
  const users = models.map(({ day }, index) => `${count(SIZES[index]!)} users, ${count(day.largestRound)} due`)
  return table(['database', 'rows trimmed a second', 'in an hour', ...users], rows)
}

export function aboutTrimming(): string {
  const rounds = HOUR / usual.trimInterval
  return `Rows become due on the full hour. “Due” is the largest number of rows that become due at once, and the percentage is its share
of the rows that all rounds of an hour can delete. The first round after the full hour deletes rows for at most ${LONGEST_ROUND / SECOND} seconds,
and leaves the rest to the ${rounds - 1} other rounds. Above 100%, rows pile up until a quieter hour, and the event \`backlog\` reports
it. Then set \`trim: { interval: '5m' }\`: an hour has ${HOUR / (5 * MINUTE)} rounds instead of ${rounds}.`
}
