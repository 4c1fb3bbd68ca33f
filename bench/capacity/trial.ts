/** One database has a day, and is compared with the simulation of the same day. */
import { LARGEST_UPDATE } from '../../src/database/door/rows.ts'
import type { DatabaseName } from '../../test/harness/selection.ts'
import { sqliteOrigin } from '../../test/harness/sqlite-database.ts'
import { startServer } from '../servers.ts'
import { type Assumptions, HOUR } from './assumptions.ts'
import { Day, type Look } from './day.ts'
import { type Ground, openGround } from './ground.ts'
import type { MeasuredDatabase } from './measured.ts'
import { progressBar } from './progress.ts'
import { type Difference, differences, type Quantities, type Statements } from './quantities.ts'
import { type Replayed, replay } from './replay.ts'
import { fill, perRow, tableBytes, totalBytes, trimRate } from './sizes.ts'

/** By what share statements may differ: a touch leaves by itself where the rest of its moment takes 20 ms and more. */
const STATEMENT_TOLERANCE = 0.01

export interface Trial {
  readonly simulated: Quantities
  readonly measured: MeasuredDatabase
  readonly differences: readonly Difference[]
}

export async function tryDatabase(
  name: DatabaseName,
  assumptions: Assumptions,
  { tick, seed, rows }: { tick: number; seed: number; rows: number },
): Promise<Trial> {
  const server = await startServer(name)
  const on = async <Result>(work: (ground: Ground) => Promise<Result>) => {
    const ground = await openGround(name, server, assumptions)
    return work(ground).finally(() => ground.close())
  }
  try {
    const filled = await on((ground) => measureRows(ground, rows))
    const day = new Day(assumptions, { tick, seed })
    const { replayed, bytes } = await on(async (ground) => {
      const progress = progressBar(`${name}, a day of ${assumptions.users.toLocaleString('en')} users`)
      const replayed = await replay(ground, assumptions, day, progress)
      return { replayed, bytes: totalBytes(await tableBytes(ground)) }
    })
    const simulated = day.quantities(HOUR)
    const statementsExpected = day.statements()[name === 'sqlite' ? 'single' : 'shared']
    const version = server.version || sqliteOrigin().version
    const { appCpu, databaseCpu, seconds, levels } = replayed
    const statements = sharesAll(day) ? replayed.statements : undefined
    return {
      simulated,
      measured: {
        version,
        ...filled,
        rows: levels,
        statements,
        statementsExpected,
        bytes,
        appCpu,
        databaseCpu,
        seconds,
      },
      differences: compare(day, replayed, statementsExpected),
    }
  } finally {
    await server.remove()
  }
}

/** What differs between a day and its replay: rows may not at all. */
export function compare(day: Day, { looks, levels, statements }: Replayed, expected: Statements): Difference[] {
  const { trimmed, largestRound } = day.quantities()
  return [
    ...differences({ trimmed, largestRound }, levels, 0),
    ...hours(day.looks).flatMap((look, hour) => atHour(look, looks[hour])),
    ...(statements && sharesAll(day) ? differences(expected, statements, STATEMENT_TOLERANCE) : []),
  ]
}

/** Whether one statement can serve all that do the same at one moment. */
const sharesAll = (day: Day) => day.most <= LARGEST_UPDATE

const hours = (looks: readonly Look[]) => looks.filter(({ time }) => time % HOUR === 0)

function atHour({ time, rows, live, tombstones }: Look, found: Look | undefined): Difference[] {
  const list = differences({ rows, live, tombstones }, found ?? {}, 0)
  return list.map((difference) => ({ ...difference, name: `${difference.name} at ${time / HOUR} o'clock` }))
}

async function measureRows(ground: Ground, rows: number) {
  await fill(ground, rows, progressBar(`${ground.name}, filling ${rows.toLocaleString('en')} rows`))
  const rowBytes = perRow(await tableBytes(ground), rows)
  return { rowBytes, filledRows: rows, trimRate: await trimRate(ground, rows) }
}
