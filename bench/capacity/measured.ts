/** What a run of the simulation found, as it is kept beside the model. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type DatabaseName, databaseNames } from '../../test/harness/selection.ts'
import type { Quantities, Statements } from './quantities.ts'
import type { RowBytes } from './sizes.ts'

export interface MeasuredDatabase {
  readonly version: string
  /** Bytes a row of a table that was filled. */
  readonly rowBytes: RowBytes
  readonly filledRows: number
  /** Rows a second, with the pauses that it makes in the background. */
  readonly trimRate: number
  /** Of the day that was replayed: what the database had and counted. */
  readonly rows: Pick<Quantities, 'rows' | 'live' | 'tombstones' | 'trimmed' | 'largestRound'>
  readonly statements: Statements | undefined
  readonly statementsExpected: Statements
  readonly bytes: number
  /** Seconds of processor time. */
  readonly appCpu: number
  readonly databaseCpu: number
  readonly seconds: number
}

export interface Measured {
  readonly about: string
  readonly seed: number
  readonly tick: number
  readonly users: number
  readonly replayedUsers: number
  /** Of all users, and of those whose day was replayed. */
  readonly simulated: Quantities
  readonly replayed: Quantities
  readonly databases: Partial<Record<DatabaseName, MeasuredDatabase>>
}

/** The databases that were measured, in their order. */
export function known({ databases }: Measured): (readonly [DatabaseName, MeasuredDatabase])[] {
  return databaseNames.flatMap((name) => (databases[name] ? [[name, databases[name]] as const] : []))
}

const FILE = new URL('measured.json', import.meta.url)

export function readMeasured(): Measured {
  if (existsSync(FILE)) return JSON.parse(readFileSync(FILE, 'utf8'))
  throw new Error('nothing was measured yet: npm run simulate -- --write')
}

export function writeMeasured(measured: Measured): void {
  writeFileSync(FILE, `${JSON.stringify(measured, rounded, 2)}\n`)
}

// More digits than these were not measured.
const rounded = (_key: string, value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value
