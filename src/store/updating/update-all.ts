import { setTimeout as sleep } from 'node:timers/promises'
import type { ListedRow, RowFilter } from '../../database/contract/session-database.ts'
import { recordOperation } from '../audit/recorded-ends.ts'
import { pause } from '../core/batch-pause.ts'
import { listingOf, momentOf, type StoreCore } from '../core/core.ts'
import type { Operation } from '../core/operation.ts'
import { rowsFrom } from '../rotation/successors.ts'
import { keyOf, type StoredUpdate, updateRow } from './stored-update.ts'
import {
  type CheckedUpdateAll,
  type ContentChange,
  checkUpdateAll,
  type UpdateAllOptions,
  type UpdateAllResult,
  type UpdateFilter,
} from './update-all-options.ts'

/** Rows that are changed at a time. */
const TOGETHER = 16

/** A running call. */
interface Run extends CheckedUpdateAll {
  readonly update: StoredUpdate
  readonly options: UpdateAllOptions
  readonly result: UpdateAllResult
}

/**
 * Changes the content of every live session of a filter, the newest first, while the application serves requests: no
 * change of a request is lost, no session that has ended comes back, and none lives longer. It can be stopped and
 * repeated at any time; a repeated call runs the function on all sessions again.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, also with `bindToCookie` and for a changed user;
 * `FST_STORED_SESSION_INVALID_HANDLE`; and what the function throws. Sessions that were changed before stay changed
 */
export async function updateAllSessions(
  core: StoreCore,
  _operation: Operation,
  filter: UpdateFilter,
  change: ContentChange,
  options: UpdateAllOptions = {},
): Promise<UpdateAllResult> {
  const checked = checkUpdateAll(core, filter, change, options)
  const result: UpdateAllResult = { updated: 0, unchanged: 0, unreadable: 0, remaining: 0 }
  const update: StoredUpdate = { core, change, dryRun: checked.dryRun, done: new Set(), followed: new Set() }
  const run: Run = { ...checked, update, options, result }
  try {
    if (checked.sid) await updateOne(run, checked.sid)
    else await updateListed(run)
  } finally {
    if (!checked.dryRun) {
      const { updated: sessions, unreadable, remaining } = result
      const about = { ...checked.filter, ...(checked.sid && { sid: checked.sid }) }
      const record = { names: filter, actor: checked.actor, sessions, unreadable, remaining }
      await recordOperation(core, 'updated', about, record)
    }
  }
  return result
}

async function updateOne(run: Run, sid: Buffer): Promise<void> {
  const { core } = run.update
  const current = (await rowsFrom(core, sid)).at(-1)?.sid ?? sid
  await updateRows(run, await listingOf(core).list({ ...run.filter, sid: current, isUnended: true }, undefined, 1))
}

async function updateListed(run: Run): Promise<void> {
  const { update, batchSize, rate, options } = run
  let filter: RowFilter = { ...run.filter, isUnended: true }
  for (;;) {
    update.done.clear()
    update.followed.clear()
    const page = await listingOf(update.core).list(filter, undefined, batchSize)
    await updateRows(run, page)
    const last = page.at(-1)
    const isEnd = page.length < batchSize || !last
    const others = isEnd ? 0 : await updateMoment(run, last)
    options.onProgress?.(progressOf(run.result))
    if (isEnd) return
    filter = { ...filter, createdBefore: last.createdAt }
    if (options.signal?.aborted) return countRemaining(run, filter)
    await pause(((page.length + others) / rate) * 1_000, options.signal)
  }
}

/**
 * Changes the other sessions of the millisecond in which a page ends. A rotation keeps the date of creation, so a
 * session whose id changes meanwhile is found here, and not twice.
 */
async function updateMoment(run: Run, { createdAt }: ListedRow): Promise<number> {
  const { core, done } = run.update
  const filter = { ...run.filter, isUnended: true, createdFrom: createdAt, createdBefore: createdAt + 1 } as const
  let found = 0
  // The last pass over the whole millisecond finds nothing new.
  for (let before = -1; before < found; ) {
    before = found
    for (let behind: ListedRow | undefined, isMore = true; isMore; ) {
      const page = await listingOf(core).list(filter, behind, run.batchSize)
      await noteRotations(run, createdAt)
      const others = page.filter(({ sid }) => !done.has(keyOf(sid)))
      found += await updateRows(run, others)
      behind = page.at(-1)
      isMore = page.length === run.batchSize
    }
  }
  return found
}

/** Notes the rows that continue sessions which are done. */
async function noteRotations({ update: { core, done, followed }, batchSize }: Run, createdAt: number): Promise<void> {
  const state = { is: 'ended', ...momentOf(core.limits) } as const
  let behind: ListedRow | undefined
  for (;;) {
    const page = await listingOf(core).list(
      { state, createdFrom: createdAt, createdBefore: createdAt + 1 },
      behind,
      batchSize,
    )
    for (const { sid, endReason } of page) {
      if (endReason !== 'rotated' || !done.has(keyOf(sid)) || followed.has(keyOf(sid))) continue
      const keys = (await rowsFrom(core, sid)).map((row) => keyOf(row.sid))
      for (const key of keys) done.add(key)
      for (const key of keys.slice(0, -1)) followed.add(key)
    }
    if (page.length < batchSize) return
    behind = page.at(-1)
  }
}

/** Returns how many of the rows were sessions that were not done before. */
async function updateRows(run: Run, rows: readonly ListedRow[]): Promise<number> {
  let found = 0
  const pending = rows.filter(({ endReason }) => endReason === 'rotating')
  const sessions = rows.filter(({ endReason }) => endReason !== 'rotating')
  for (let start = 0; start < sessions.length; start += TOGETHER)
    found += countOf(
      await Promise.all(sessions.slice(start, start + TOGETHER).map(({ sid }) => updateOneRow(run, sid))),
    )
  for (const row of pending) found += countOf([await updatePending(run, row)])
  return found
}

const countOf = (outcomes: readonly boolean[]) => outcomes.filter(Boolean).length

async function updateOneRow({ update, result }: Run, sid: Buffer): Promise<boolean> {
  const outcome = await updateRow(update, sid)
  if (outcome === 'busy') result.remaining += 1
  else if (outcome !== 'absent') result[outcome] += 1
  return outcome !== 'absent'
}

/** A rotation that began longer ago was interrupted. Milliseconds. */
const LONGEST_ROTATION_MS = 30_000
const PAUSE_MS = 10

/** Changes the row of a next id when its rotation has ended, unless it got its content from a row that is done. */
async function updatePending(run: Run, { sid, createdAt }: ListedRow): Promise<boolean> {
  const { core, done } = run.update
  for (const begun = performance.now(); performance.now() - begun < LONGEST_ROTATION_MS; await sleep(PAUSE_MS)) {
    const row = await core.rows.find(sid)
    if (row?.endReason !== 'rotating' || Date.now() - row.touchedAt >= LONGEST_ROTATION_MS) break
  }
  await noteRotations(run, createdAt)
  return !done.has(keyOf(sid)) && updateOneRow(run, sid)
}

async function countRemaining({ update: { core }, result }: Run, filter: RowFilter): Promise<void> {
  const { isUnended: _, ...live } = filter
  result.remaining += await listingOf(core).count({ ...live, state: { is: 'live', ...momentOf(core.limits) } })
}

const progressOf = ({ updated, unchanged, unreadable }: UpdateAllResult) => ({ updated, unchanged, unreadable })
