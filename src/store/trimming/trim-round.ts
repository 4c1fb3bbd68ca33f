import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { SessionDatabase, TrimBatch } from '../../database/contract/session-database.ts'
import type { TrimResult, TrimStop } from '../core/events.ts'
import type { TrimLimits, TrimOptions } from '../options/trim-options.ts'
import { LEAST_SHARE, Pace } from './pace.ts'
import type { TrimAlone } from './trim-alone.ts'

/** The signals that stop a round early, and the callback for its progress. */
interface TrimSignals {
  readonly caller: AbortSignal | undefined
  readonly closing: AbortSignal
  readonly onProgress?: TrimOptions['onProgress']
}

/** The most rows of the backlog to count: enough to detect a backlog, and few enough to be cheap. */
export const LARGEST_BACKLOG = 10_000

/** What a round deletes besides sessions. */
export interface TrimmedEvents {
  /** How long events of the history stay, milliseconds; undefined without a history. */
  readonly retain: number | undefined
}

/**
 * Deletes the rows that may be deleted, in batches, within limits, and in only one process at a time.
 *
 * @param share - the share of the time that batches take with `pause: 'auto'`
 */
export async function trimRound(
  database: SessionDatabase,
  alone: TrimAlone,
  limits: TrimLimits,
  signals: TrimSignals,
  share = LEAST_SHARE,
  { retain }: TrimmedEvents = { retain: undefined },
): Promise<TrimResult> {
  const began = performance.now()
  const { history } = database
  const counts: Counts = { trimmed: 0, batches: 0, ...(retain !== undefined && history && { events: 0 }) }
  const work = async (trim: TrimBatch) => {
    // By the monotonic clock, which ignores changes of the system time.
    const end = performance.now() + limits.maxDuration
    const batches = (trim: Trim, name: 'trimmed' | 'events') =>
      trimBatches(trim, name, counts, { ...limits, end, pace: new Pace(limits, share, database.longestBatch) }, signals)
    const stopped = await batches((limit) => trim(Date.now(), limit), 'trimmed')
    if (stopped !== 'done' || counts.events === undefined) return stopped
    return batches((limit) => history!.trim(Date.now() - retain!, limit), 'events')
  }
  const stopped = interruption(signals) ?? (await alone(work)) ?? 'locked'
  // Lets other work run, because a caller may repeat rounds in which nothing waits.
  await nextTurn()
  const backlog = stopped === 'done' ? 0 : await database.countDue?.(Date.now(), LARGEST_BACKLOG).catch(() => undefined)
  const durationMs = Math.round(performance.now() - began)
  return { ...counts, complete: stopped === 'done', stopped, durationMs, backlog }
}

/** Deletes one batch; undefined when another process has the lock now. */
type Trim = (limit: number) => Promise<number | undefined>

interface Counts {
  trimmed: number
  batches: number
  events?: number
}

async function trimBatches(
  trim: Trim,
  name: 'trimmed' | 'events',
  counts: Counts,
  { pace, maxRows, end }: { readonly pace: Pace; readonly maxRows: number; readonly end: number },
  signals: TrimSignals,
): Promise<TrimStop> {
  for (;;) {
    const limit = Math.min(pace.size, maxRows - counts.trimmed - (counts.events ?? 0))
    if (limit === 0) return 'rows'
    const stopped = interruption(signals)
    if (stopped) return stopped
    const began = performance.now()
    const deleted = await trim(limit)
    if (deleted === undefined) return 'locked'
    counts[name] = (counts[name] ?? 0) + deleted
    counts.batches += 1
    signals.onProgress?.({ ...counts })
    pace.batchTook(performance.now() - began)
    // SQLite works synchronously, so let requests run in between.
    await nextTurn()
    if (deleted < limit) return 'done'
    if (performance.now() + pace.pause > end) return 'time'
    await rest(pace.pause, signals)
  }
}

function interruption({ caller, closing }: TrimSignals): 'aborted' | 'closed' | undefined {
  if (closing.aborted) return 'closed'
  return caller?.aborted ? 'aborted' : undefined
}

async function rest(ms: number, { caller, closing }: TrimSignals): Promise<void> {
  if (ms === 0) return
  const signal = AbortSignal.any(caller ? [caller, closing] : [closing])
  await sleep(ms, undefined, { signal }).catch((error) => {
    if (!signal.aborted) throw error
  })
}
