/** The part of docs/scale.md that comes from the model, and from what was measured for it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { type DatabaseName, databaseNames } from '../../test/harness/selection.ts'
import { table } from '../report.ts'
import { assumptionLines } from './assumption-lines.ts'
import { DAY, HOUR, MINUTE, SECOND, usual } from './assumptions.ts'
import { costAt, costsIn, labels, originOf, results } from './costs.ts'
import { type Measured, type MeasuredDatabase, readMeasured } from './measured.ts'
import { model, statements } from './model.ts'
import { names, type Quantities } from './quantities.ts'
import { totalBytes } from './sizes.ts'

const PAGE = new URL('../../docs/scale.md', import.meta.url)
const MARKS = ['<!-- capacity: made by npm run simulate -->', '<!-- end of capacity -->'] as const

const SIZES = [1_000_000, 10_000_000, 100_000_000]
/** How busy a core may be in the busiest hour, and how many a machine has. */
const LOAD = 0.6
const CORES = 16
/** A round of trimming ends after so long, unless told otherwise. */
const LONGEST_ROUND = MINUTE

/** What the page has between its two marks. */
export function capacityText(page = results, measured = readMeasured()): string {
  return [
    ...assumptionLines(usual, { load: LOAD, cores: CORES }),
    traffic(),
    'A second is one of the busiest hour. Requests share statements, so that there are fewer of these than rows.',
    sizes(measured),
    'Gigabytes (10⁹) of the largest number of rows; measured on a table of so many rows whose keys came in random order.',
    machines(page, measured),
    aboutMachines(page),
    trimming(measured),
    aboutTrimming(),
    '### Model, simulation and databases',
    comparison(measured),
    aboutComparison(measured),
    statementTable(measured),
    'Of the day that was replayed, counted by the servers; on SQLite by the driver, where each row has a statement of its own.',
  ].join('\n\n')
}

export function writePage(): void {
  const page = readFileSync(PAGE, 'utf8')
  const [begin, end] = [page.indexOf(MARKS[0]), page.indexOf(MARKS[1])]
  if (begin < 0 || end < begin) throw new Error(`docs/scale.md lacks the lines ${MARKS.join(' and ')}`)
  writeFileSync(PAGE, `${page.slice(0, begin)}${MARKS[0]}\n\n${capacityText()}\n\n${page.slice(end)}`)
}

const models = SIZES.map((users) => ({ users, day: model({ ...usual, users }) }))

function traffic(): string {
  const peak = usual.peakFactor / (DAY / SECOND)
  const row = (name: string, value: (day: Quantities) => number) => [
    name,
    ...models.map(({ day }) => count(value(day))),
  ]
  return table(
    ['users', ...SIZES.map(count)],
    [
      row('requests a day', ({ requests }) => requests),
      row('requests a second, mean', ({ requests }) => requests / (DAY / SECOND)),
      row('requests a second', ({ peakRequests }) => peakRequests),
      row('rows read a second', ({ reads }) => reads * peak),
      row('rows saved a second', ({ saves }) => saves * peak),
      row('rows touched a second', ({ touches }) => touches * peak),
      row('rows inserted a second', ({ signIns }) => signIns * peak),
      row('rows ended a second', ({ logouts }) => logouts * peak),
      row('rows trimmed a day', ({ trimmed }) => trimmed),
      row('rows at most', ({ rows }) => rows),
      row('live sessions at most', ({ live }) => live),
      row('tombstones at most', ({ tombstones }) => tombstones),
    ],
  )
}

const known = ({ databases }: Measured) =>
  databaseNames.flatMap((name): [DatabaseName, MeasuredDatabase][] =>
    databases[name] ? [[name, databases[name]]] : [],
  )

function sizes(measured: Measured): string {
  const indexes = ['sid', 'user_id', 'created', 'trim_at', 'key_id']
  const rows = known(measured).map(([name, { rowBytes, filledRows }]) => [
    labels[name],
    count(filledRows),
    count(rowBytes.table),
    ...indexes.map((index) => (rowBytes.indexes[index] === undefined ? '' : count(rowBytes.indexes[index]))),
    ...models.map(({ day }) => ((totalBytes(rowBytes) * day.rows) / 1e9).toPrecision(2)),
  ])
  const users = SIZES.map((size) => `GB, ${count(size)} users`)
  return table(['database', 'rows', 'bytes a row', ...indexes.map((name) => `index ${name}`), ...users], rows)
}

function machines(page: string, measured: Measured): string {
  const rows = known(measured).flatMap(([name, { databaseCpu }]) =>
    models.map(({ users, day }) => {
      const { app, database } = costsIn(page, name)
      const cores = (seconds: number, requests: number) => ((seconds / requests) * day.peakRequests) / LOAD
      const application = cores(costAt(app, usual.writingShare), 10_000)
      const shared = cores(costAt(database, usual.writingShare), 10_000)
      const alone = cores(databaseCpu, measured.replayed.requests)
      const server = name === 'sqlite' ? [] : [shared.toFixed(2), alone.toFixed(2), nodes(Math.max(shared, alone))]
      return [labels[name], count(users), application.toFixed(2), nodes(application), ...server]
    }),
  )
  const server = ['cores of the database', 'where hardly any statement is shared', 'nodes']
  const header = ['database', 'users', 'cores of applications', 'nodes', ...server]
  return table(
    header,
    rows.map((row) => [...row, ...Array(header.length - row.length).fill('')]),
  )
}

const nodes = (cores: number) => count(Math.ceil(cores / CORES))

function aboutMachines(page: string): string {
  const { commit, machine } = originOf(page)
  return `Of the application and of its server, from [bench/results.md](../bench/results.md) (commit ${commit}; ${machine}), where
64 connections keep both busy and requests share most statements; on SQLite both are one process. With little traffic hardly
anything is shared: that column comes from the replay below. **Beyond those 2 cores everything is extrapolated in proportion**:
no machine with ${CORES} cores, and no traffic above that of the results, was measured.`
}

function trimming(measured: Measured): string {
  const perHour = (rate: number) => (rate * LONGEST_ROUND * (HOUR / usual.trimInterval)) / SECOND
  const needed = models.map(({ day }) => day.largestRound)
  const rows = known(measured).map(([name, { trimRate }]) => [
    labels[name],
    count(trimRate),
    count(perHour(trimRate)),
    ...needed.map((rows) => `${count((100 * rows) / perHour(trimRate))}%`),
  ])
  const users = SIZES.map((size, index) => `${count(size)} users: ${count(needed[index]!)} due`)
  return table(['database', 'rows trimmed a second', 'in an hour', ...users], rows)
}

function aboutTrimming(): string {
  return `Rows come due on the full hour, so that the first round after it has to delete those of a whole hour; what it does not
finish within ${LONGEST_ROUND / SECOND} seconds is left to the ${HOUR / usual.trimInterval - 1} others. Above 100% rows pile up: set \`trim: { interval: '5m', batchSize: 2000 }\` or
\`maxDuration\`. The event \`backlog\` tells of it.`
}

function comparison({ users, replayedUsers, simulated, replayed, databases, ...measured }: Measured): string {
  const of = (count: number) => model({ ...usual, users: count })
  const [all, few] = [of(users), of(replayedUsers)]
  const list = known({ databases, users, replayedUsers, simulated, replayed, ...measured })
  const rows = (Object.keys(names) as (keyof Quantities)[]).map((key) => [
    names[key],
    count(all[key]),
    count(simulated[key]),
    percent(simulated[key] / all[key] - 1),
    count(few[key]),
    count(replayed[key]),
    ...list.map(([, { rows }]) => (key in rows ? count(rows[key as keyof typeof rows]) : '')),
  ])
  const header = [
    `${count(users)} users: model`,
    'simulation',
    '',
    `${count(replayedUsers)} users: model`,
    'simulation',
  ]
  return table(['', ...header, ...list.map(([name]) => labels[name])], rows)
}

function aboutComparison(measured: Measured): string {
  const versions = known(measured).map(([name, { version }]) => `${labels[name]} ${version}`)
  const bytes = known(measured).map(([name, one]) => `${labels[name]} ${count(one.bytes / 1_000)} kB`)
  const longest = Math.max(...known(measured).map(([, { seconds }]) => seconds))
  return `${measured.about}, ${versions.join(', ')}; seed ${measured.seed}. The replay is one process with one store: requests of one
moment, which is ${measured.tick / SECOND} second, are done together, and the day took ${count(longest)} s at the most. Model and simulation may differ by 5%; the
replay and the simulation of the same users not at all in rows, which are compared at every full hour, and by 1% in statements.
Afterwards table and indexes had, with what updates leave behind: ${bytes.join(', ')}.`
}

function statementTable(measured: Measured): string {
  const expected = statements({ ...usual, users: measured.replayedUsers }, measured.tick)
  const kinds = ['select', 'insert', 'update'] as const
  const rows = known(measured).flatMap(([name, { statements: found, statementsExpected }]) =>
    kinds.map((kind) => [
      labels[name],
      kind.toUpperCase(),
      name === 'sqlite' ? '' : count(expected[kind]),
      count(statementsExpected[kind]),
      found ? count(found[kind]) : 'not counted',
    ]),
  )
  return table(['database', 'statements', 'model', 'simulation', 'counted'], rows)
}

function count(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 && !Number.isInteger(value) ? 1 : 0 })
}

const percent = (share: number) => `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(1)}%`
