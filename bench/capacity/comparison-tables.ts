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

All users were simulated only; the others had their day on real databases too, with one process and one store, without HTTP,
on servers that do not wait for the disk (\`fsync\` off, or its like). What requests do in one moment, which is ${measured.tick / SECOND} second, they do
together; the slowest database took ${count(longest)} s for the day. Few users are few events: between their model and their simulation
there is what chance makes of them. It fails when model and simulation of all users differ by more than 5%, when a database
has other rows than the simulation of the same users at any full hour, or when statements differ by more than 1%. In the end
table and indexes had, beside what the largest number of rows takes in the table above: ${bytes.join(', ')}.`
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

export const aboutStatements = `Of that day, by the counters of the servers, without those that trim. SQLite has a statement for each row, and a second one
where the first does not leave the indexes as they are; the driver counts them.`
