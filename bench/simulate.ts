/**
 * `npm run simulate [-- --users=1000000] [--scale=0.01] [--databases=sqlite,postgres,mysql,mariadb] [--rows=100000]
 * [--seed=1] [--write]`: draws a day of traffic at random and compares what it costs with the model of bench/capacity;
 * then lets so many of the users, by the scale, have their day on real databases. Exits with 1 when anything differs by
 * more than it may. With `--write` the figures go into bench/capacity.md. `--databases=none` needs no database.
 * `--page` writes bench/capacity.md again from what was measured before, for when bench/results.md or the model changed.
 */
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { databaseList, databaseNames } from '../test/harness/selection.ts'
import { SECOND, usual } from './capacity/assumptions.ts'
import { Day } from './capacity/day.ts'
import { type Measured, type MeasuredDatabase, writeMeasured } from './capacity/measured.ts'
import { model } from './capacity/model.ts'
import { writePage } from './capacity/page.ts'
import { progressBar } from './capacity/progress.ts'
import { type Difference, differences, names, type Quantities } from './capacity/quantities.ts'
import { tryDatabase } from './capacity/trial.ts'
import { machine } from './report.ts'

/** By what share of it the model may differ from what was drawn. */
const TOLERANCE = 0.05

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: String(usual.users) },
    scale: { type: 'string', default: '0.01' },
    databases: { type: 'string', default: databaseNames.join() },
    rows: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
  },
})
const [users, scale, rows, seed] = (['users', 'scale', 'rows', 'seed'] as const).map(positive) as [
  number,
  number,
  number,
  number,
]
const all = { ...usual, users }
const few = { ...usual, users: Math.round(users * scale) }
const tick = SECOND

if (values.page) writePage()
else await run()

async function run(): Promise<void> {
  const [load = 0] = loadavg()
  const simulated = simulate()
  compareWithModel(simulated)
  const databases: Measured['databases'] = {}
  let replayed = simulated
  for (const name of values.databases === 'none' ? [] : databaseList(values.databases)) {
    const trial = await tryDatabase(name, few, { tick, seed, rows })
    replayed = trial.simulated
    databases[name] = trial.measured
    report(`simulation and ${name}`, trial.differences)
    console.log(summary(name, trial.measured))
  }
  if (!values.write || process.exitCode) return
  const about = `${machine()}, load average ${load.toFixed(1)} when it began; Node ${process.versions.node}`
  writeMeasured({ about, seed, tick, users, replayedUsers: few.users, simulated, replayed, databases })
  writePage()
}

function compareWithModel(simulated: Quantities): void {
  const expected = model(all)
  report('model and simulation', differences(expected, simulated, TOLERANCE))
  for (const key of Object.keys(names) as (keyof Quantities)[]) {
    const differs = `${((simulated[key] / expected[key] - 1) * 100).toFixed(1)}%`
    console.log(`${names[key]}: ${shown(expected[key])} by the model, ${shown(simulated[key])} simulated (${differs})`)
  }
}

function simulate(): Quantities {
  const day = new Day(all, { tick, seed })
  const progress = progressBar(`${users.toLocaleString('en')} users`)
  for (const moment of day.moments()) progress(day.shareAt(moment.time))
  return day.quantities()
}

function report(what: string, found: readonly Difference[]): void {
  for (const difference of found) {
    console.error(
      `${what} differ: ${difference.name} is ${shown(difference.found)}, and should be ${shown(difference.expected)}`,
    )
    process.exitCode = 1
  }
}

function summary(
  name: string,
  { version, seconds, rows: levels, appCpu, databaseCpu, trimRate }: MeasuredDatabase,
): string {
  const cpu = `${appCpu.toFixed(1)} s of processor time here, ${databaseCpu.toFixed(1)} s there`
  return `${name} ${version}: the day took ${seconds.toFixed(0)} s, ${cpu}; ${levels.trimmed} rows trimmed, ${shown(trimRate)} a second when many are due`
}

function shown(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 1 })
}

function positive(option: 'users' | 'scale' | 'rows' | 'seed'): number {
  const value = Number(values[option])
  if (value > 0) return value
  throw new Error(`--${option} takes a number above 0, and not ${values[option]}`)
}
