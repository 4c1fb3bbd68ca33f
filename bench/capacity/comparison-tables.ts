/** How model, simulation and databases compare, as tables. */
import { table } from '../report.ts'
import { SECOND, usual } from './assumptions.ts'
import { labels } from './costs.ts'
import { count, percent } from './figures.ts'
import { known, type Measured } from './measured.ts'
import { model, statements } from './model.ts'
import { names, type Quantities } from './quantities.ts'
import { totalBytes } from './sizes.ts'

export function comparisonTable(measured: Measured): string {
  const { users, replayedUsers, simulated, replayed } = measured
  const [all, few] = [users, replayedUsers].map((number) => model({ ...usual, users: number })) as [
    Quantities,
    Quantities,
  ]
  const list = known(measured)
  const rows = (Object.keys(names) as (keyof Quantities)[]).map((key) => [
    names[key],
    ...[count(all[key]), count(simulated[key]), percent(simulated[key] / all[key] - 1)],
    ...[count(few[key]), count(replayed[key])],
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

export function aboutComparison(measured: Measured): string {
  const list = known(measured)
  const versions = list.map(([name, { version }]) => `${labels[name]} ${version}`)
  const bytes = list.map(([name, one]) => {
    const times = one.bytes / (one.rows.rows * totalBytes(one.rowBytes))
    return `${labels[name]} ${count(one.bytes / 1_000)} kB (${times.toFixed(1)} times)`
  })
  const longest = Math.max(...list.map(([, { seconds }]) => seconds))
  return `${measured.about}, ${versions.join(', ')}; seed ${measured.seed}.

The ${count(measured.users)} users were only simulated. The ${count(measured.replayedUsers)} users also had their day on real databases, with one process and
one store, without HTTP, on servers that do not wait for the disk (for example with \`fsync\` off). Requests of the same moment,
which is ${measured.tick / SECOND} second, run together. The slowest database took ${count(longest)} s for the day. The model and the simulation of few users differ
by chance, because few users cause few events.

The command fails in three cases: the model and the simulation of all users differ by more than 5%; at a full hour, a database
has other rows than the simulation of the same users; or the number of statements differs by more than 1%.

After the day, table and indexes had these sizes, in parentheses relative to the [size](#bytes-of-the-rows) of the largest number
of rows: ${bytes.join(', ')}.`
}

export function statementTable(measured: Measured): string {
  const expected = statements({ ...usual, users: measured.replayedUsers }, measured.tick)
  const kinds = ['select', 'insert', 'update'] as const
  const rows = known(measured).flatMap(([name, { statements: found, statementsExpected }]) =>
    kinds.map((kind) => [
      labels[name],
      kind.toUpperCase(),
      name === 'sqlite' ? '' : count(expected[kind]),
      count(statementsExpected[kind]),
      found ? count(found[kind]) : 'not compared',
    ]),
  )
  return table(['database', 'statements', 'model', 'simulation', 'counted'], rows)
}

export const aboutStatements = `Statements of that day, without trimming, as the servers count them. On SQLite the driver counts them: there is one for each
row, and a second one for a row whose indexed columns change.`
