import type { TrimResult } from '../../store/core/events.ts'
import { durationOf, numberOf } from '../frame/words.ts'

/** What trimming looks like from this process. */
export interface Trimming {
  /** Rows that may be deleted now; undefined for a storage that does not count them. */
  readonly backlog: number | undefined
  /** The last rounds of this process, the newest first. */
  readonly rounds: readonly Pick<TrimResult, 'stopped' | 'backlog'>[]
  /** Milliseconds between two rounds of this process; undefined where it has no timer. */
  readonly interval: number | undefined
}

/** Whether trimming keeps up, in one sentence. */
export interface Verdict {
  readonly level: 'good' | 'warn' | 'bad'
  readonly text: string
}

/** Rows from which the backlog is not counted on. */
export const MANY_ROWS = 10_000
/** Rounds in a row that left more rows each: then trimming falls behind. */
const PATIENCE = 3

/** The rows that may be deleted, as people read them. */
export const backlogText = (backlog: number | undefined): string =>
  backlog === undefined ? 'not counted' : backlog >= MANY_ROWS ? `${numberOf(MANY_ROWS)} or more` : numberOf(backlog)

/** Judges whether trimming keeps up. */
export function verdictOf({ backlog, rounds, interval }: Trimming): Verdict {
  const rows = `${backlogText(backlog)} ${backlog === 1 ? 'row waits' : 'rows wait'}`
  const left = rounds.filter(({ stopped }) => stopped !== 'locked').flatMap((round) => round.backlog ?? [])
  if (isGrowing(left))
    return { level: 'bad', text: `Trimming does not keep up: each of the last ${PATIENCE} rounds left more rows.` }
  if (backlog === undefined)
    return { level: 'warn', text: 'This storage does not count the rows that wait, so only its rounds show the work.' }
  if (backlog === 0) return { level: 'good', text: 'Trimming keeps up: no row waits to be deleted.' }
  if (backlog >= MANY_ROWS)
    return { level: 'bad', text: `Trimming is behind: ${rows} to be deleted. Trim now, or see why the rounds stop.` }
  if (interval === undefined)
    return { level: 'warn', text: `${rows} to be deleted, and this process has no timer for trimming.` }
  return {
    level: 'good',
    text: `Trimming keeps up: ${rows} for the next round, which comes every ${durationOf(interval)}.`,
  }
}

// Newest first: each left more than the one before it. At ten thousand the count ends, so it counts as more.
function isGrowing(left: readonly number[]): boolean {
  const last = left.slice(0, PATIENCE + 1)
  return (
    last.length > PATIENCE &&
    last.slice(0, PATIENCE).every((rows, index) => rows > last[index + 1]! || rows >= MANY_ROWS)
  )
}
