/** What the busiest hour needs: statements, processor cores and rounds of trimming. Figures are in proportion to those measured. */
import type { DatabaseName } from '../../test/harness/selection.ts'
import { type Assumptions, HOUR, MINUTE, SECOND } from './assumptions.ts'
import { costAt, costsIn } from './costs.ts'
import type { Measured } from './measured.ts'
import { model } from './model.ts'
import type { Quantities } from './quantities.ts'

/** How busy a core may be in the busiest hour. */
export const LOAD = 0.6
/** A round of trimming ends after so long, unless told otherwise. */
export const LONGEST_ROUND = 10 * MINUTE
/** Between the batches of the calls of `trim()` that were measured. */
export const PAUSE = 25
/** Touches of one process leave together, at most so often in a second. */
const TOUCH_STATEMENTS = 50

/** How often something happens in a second of the busiest hour. */
export const atPeak = (day: Quantities, ofDay: number) => (ofDay / day.requests) * day.peakRequests

export interface Demand {
  /** Of the applications; on SQLite its work is among theirs. */
  readonly appCores: number
  /** Of the database: when it is so busy that requests share statements, and when hardly any do. */
  readonly databaseCores: { readonly shared: number; readonly alone: number }
  /** Statements a second, likewise. */
  readonly statements: { readonly shared: number; readonly alone: number }
}

export function demandOf(assumptions: Assumptions, name: DatabaseName, page: string, measured: Measured): Demand {
  const day = model(assumptions)
  const costs = costsIn(page, name)
  const perRequest = (pair: (typeof costs)['app'], requests: number) =>
    costAt(pair, assumptions.writingShare) / requests
  const cores = (seconds: number) => (seconds * day.peakRequests) / LOAD
  const appCores = cores(perRequest(costs.app, 10_000))
  const found = measured.databases[name]
  if (!found) throw new Error(`${name} was not measured; run npm run simulate -- --write`)
  const changes = atPeak(day, day.signIns) + atPeak(day, day.logouts)
  const touches = atPeak(day, day.touches)
  // SQLite has a statement for each touch, and each process of a server's one for many.
  const touchStatements = name === 'sqlite' ? touches : Math.min(touches, TOUCH_STATEMENTS * Math.ceil(appCores))
  return {
    appCores,
    databaseCores: {
      shared: cores(perRequest(costs.database, 10_000)),
      alone: cores(found.databaseCpu / measured.replayed.requests),
    },
    statements: {
      shared: perRequest(costs.statements, 1_000) * day.peakRequests + changes + touchStatements,
      alone: changes + touches + atPeak(day, day.reads + day.saves),
    },
  }
}

/** Rows a second of batches without pauses, by what calls of `trim()` deleted with them. */
export function batchRate({ trimBatch }: Assumptions, rowsPerSecond: number): number {
  return (trimBatch * SECOND) / ((trimBatch * SECOND) / rowsPerSecond - PAUSE)
}

/** How often a round can begin in an hour when each takes as long as it may. */
export const roundsInHour = ({ trimInterval }: Assumptions) => HOUR / (trimInterval + LONGEST_ROUND)

/** Rows that all the rounds of an hour may delete until their time is over. */
export function trimmedInHour(assumptions: Assumptions, rowsPerSecond: number): number {
  return (rowsPerSecond * LONGEST_ROUND * roundsInHour(assumptions)) / SECOND
}
